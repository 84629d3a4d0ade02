"""Requests and streams over HTTP/1.1: each with a connection of its own, so that threads may share it."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Dict, Generator, Iterator, Mapping, Optional, Tuple
from urllib.parse import urlencode, urlsplit

from ._events import Event, events
from ._place import Place, find
from .errors import ApiError, Unreachable, refusal

#: The pauses between tries, in seconds: the first one, doubled up to the longest.
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
#: Seconds after which a stream that is silent counts as broken: three signs of life, as a server usually
#: gives them, have not come.
SILENCE = 60.0
#: The least time that an answer has, however little is left of the caller's.
LEAST_TIMEOUT = 1.0
#: A 503 with one of these codes says that nothing was done.
NOTHING_DONE = {"busy", "unwritable", "put-off", "too-many-viewers", "too-many-connections"}

Query = Mapping[str, object]


@dataclass(frozen=True)
class Wire:
    """How the server is reached, and how patiently."""

    url: Optional[str]
    token: Optional[str] = field(repr=False)
    data: Path
    #: Seconds that one answer may take.
    timeout: float
    #: Seconds for which a request is tried again, and a broken stream is taken up again.
    patience: float

    def get(self, path: str, query: Optional[Query] = None, **options: Any) -> Any:
        """The answer to a GET as JSON."""
        return json.loads(self.send("GET", _address(path, query), **options))

    def post(self, path: str, body: object, *, query: Optional[Query] = None, **options: Any) -> Any:
        """The answer to a POST of JSON as JSON."""
        text = json.dumps(body, allow_nan=False).encode()
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        return json.loads(self.send("POST", _address(path, query), text, headers, **options))

    def send(
        self,
        method: str,
        address: str,
        body: Optional[bytes] = None,
        headers: Optional[Mapping[str, str]] = None,
        *,
        repeats: bool = True,
        until: Optional[float] = None,
        longer: float = 0.0,
    ) -> bytes:
        """The bytes of the answer; an answer that is none of 2xx is raised. ``repeats``: to do it twice is
        to do it once, so that a broken connection may be tried again. ``longer``: what the server waits by
        itself."""
        pace = _Pace(self.patience, until)
        while True:
            sent = False
            wait = 0.0
            try:
                connection = self._connect(_within(self.timeout + longer, until))
                try:
                    sent = True
                    status, said, answer = _exchange(connection, method, address, body, headers)
                finally:
                    connection.close()
                if 200 <= status < 300:
                    return answer
                wait = float(said or 0)
                error: Exception = refusal(status, answer, said)
                again = _may_repeat(status, error, repeats)
            except (OSError, HTTPException) as why:
                error = broken = _broken(why, sent and not repeats)
                again = (repeats or not sent) and not broken.lasting
            if not again or not pace.rest(wait):
                raise error

    def events(
        self,
        address: str,
        *,
        until: Optional[float] = None,
        patient: bool = True,
    ) -> Generator[Event, None, None]:
        """The events of a stream, which is taken up after the last one when it breaks; ends when the server
        says that all is told. ``patient``: a server that has no room is asked again."""
        last = ""
        pace = _Pace(self.patience, until)
        while True:
            wait = 0.0
            try:
                connection = self._connect(_within(self.timeout, until))
                try:
                    headers = {"Last-Event-ID": last} if last else None
                    response = _ask(connection, "GET", address, None, headers)
                    if response.status == 204:
                        return
                    if response.status != 200:
                        said = _seconds(response)
                        wait = float(said or 0)
                        raise refusal(response.status, response.read(), said)
                    for event in events(_lines(connection, response, until)):
                        last = event.id or last
                        pace = _Pace(self.patience, until)
                        yield event
                    error: Exception = Unreachable("the stream broke")
                finally:
                    connection.close()
            except ApiError as why:
                if not patient or not _may_repeat(why.status, why, True):
                    raise
                error = why
            except (OSError, HTTPException) as why:
                error = broken = _broken(why, False)
                if broken.lasting:
                    raise broken
            if not pace.rest(wait):
                raise error

    def _connect(self, timeout: float) -> "_Connection":
        place = find(self.url, self.token, self.data)
        parts = urlsplit(place.url)
        kind = {"http": HTTPConnection, "https": HTTPSConnection}.get(parts.scheme)
        if kind is None or not parts.hostname:
            raise ValueError(f"`{place.url}` is no address of a server: write `http://HOST:PORT`")
        http = kind(parts.hostname, parts.port, timeout=timeout)
        http.connect()
        return _Connection(http, place, parts.path)


class _Connection:
    """One connection, to be used once."""

    def __init__(self, http: HTTPConnection, place: Place, under: str) -> None:
        self.http, self.place, self.under = http, place, under
        # `http` forgets its socket once it knows that the server will close it.
        self.socket = http.sock
        self.response: Optional[HTTPResponse] = None

    def close(self) -> None:
        """Closes the answer too, of which not all may have been read."""
        self.http.close()
        if self.response is not None:
            self.response.close()


class _Pace:
    """The pauses between tries, and when they have an end."""

    def __init__(self, patience: float, until: Optional[float]) -> None:
        self.end = time.monotonic() + patience
        self.until = until
        self.pause = FIRST_PAUSE

    def rest(self, wait: float) -> bool:
        """Waits before the next try, at least as long as the server said. False: the patience is at its
        end; a ``TimeoutError``: the caller's time is."""
        # Many that were cut off at once do not come back at once.
        pause = max(wait, self.pause * random.uniform(0.5, 1.0))
        then = time.monotonic() + pause
        if self.until is not None and then > self.until:
            raise TimeoutError("the time is up")
        if then > self.end:
            return False
        time.sleep(pause)
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return True


def _within(timeout: float, until: Optional[float]) -> float:
    left = timeout if until is None else until - time.monotonic()
    return max(LEAST_TIMEOUT, min(timeout, left))


def _address(path: str, query: Optional[Query]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _ask(
    connection: _Connection,
    method: str,
    address: str,
    body: Optional[bytes],
    headers: Optional[Mapping[str, str]],
) -> HTTPResponse:
    all_headers: Dict[str, str] = {"Authorization": f"Bearer {connection.place.token}", **(headers or {})}
    connection.http.request(method, f"{connection.under}/api/v1{address}", body, all_headers)
    connection.response = connection.http.getresponse()
    return connection.response


def _exchange(
    connection: _Connection,
    method: str,
    address: str,
    body: Optional[bytes],
    headers: Optional[Mapping[str, str]],
) -> Tuple[int, Optional[int], bytes]:
    response = _ask(connection, method, address, body, headers)
    return response.status, _seconds(response), response.read()


def _seconds(response: HTTPResponse) -> Optional[int]:
    said = response.headers.get("Retry-After", "")
    return int(said) if said.isascii() and said.isdigit() else None


def _lines(connection: _Connection, response: HTTPResponse, until: Optional[float]) -> Iterator[bytes]:
    while True:
        left = SILENCE if until is None else min(SILENCE, until - time.monotonic())
        if left <= 0:
            raise TimeoutError("the time is up")
        connection.socket.settimeout(left)
        line = response.readline()
        if not line:
            return
        yield line


def _may_repeat(status: int, error: Exception, repeats: bool) -> bool:
    """Whether the server wants to be asked again. Who must not do a thing twice asks again only where
    nothing was done."""
    code = getattr(error, "code", "")
    return status == 429 or status == 503 and (repeats or code in NOTHING_DONE)


def _broken(why: Exception, unsure: bool) -> Unreachable:
    if isinstance(why, Unreachable):
        return why
    text = str(why) or type(why).__name__
    if unsure:
        text += "; it was asked for, and nobody knows whether it was done: look before you ask again"
    error = Unreachable(text)
    error.__cause__ = why
    return error
