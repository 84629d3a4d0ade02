"""Where the server answers, and the token that it takes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, TextIO

from .errors import Unreachable


@dataclass(frozen=True)
class Place:
    """Where requests go. The token is kept out of what is printed."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"Place({self.url!r})"


def usual_data() -> Path:
    """The data directory that ``trackyard`` uses, unless it is told another one."""
    told = os.environ.get("TRACKYARD_DATA")
    if told:
        return Path(told)
    shared = Path(os.environ.get("XDG_DATA_HOME") or "")
    shared = shared if shared.is_absolute() else Path.home() / ".local" / "share"
    return shared / "trackyard"


def find(url: Optional[str], token: Optional[str], data: Path) -> Place:
    """Reads what is not given from the data directory. The server may have begun anew elsewhere: ask
    before each request."""
    return Place((url or _url(data)).rstrip("/"), token or _token(data))


def _url(data: Path) -> str:
    import fcntl  # only where the server is on this machine, which is never Windows

    with _open(data, "lock") as lock:
        # The file stays when its server is gone: only the lock says that there is one.
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            url = None
        except BlockingIOError:
            try:
                url = json.loads(lock.read()).get("url")
            except ValueError:
                url = None
    if not isinstance(url, str):
        raise Unreachable(f"no server works on `{data}` now: start one with `trackyard serve`")
    return url


def _token(data: Path) -> str:
    with _open(data, "local.token") as file:
        return file.read().strip()


def _open(data: Path, name: str) -> TextIO:
    try:
        return open(data / name, encoding="utf-8")
    except OSError as why:
        error = Unreachable(f"no server of yours has worked on `{data}`: {why.strerror}: `{name}`")
        error.lasting = True
        raise error from why
