"""What can go wrong, as exceptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional

if TYPE_CHECKING:
    from .pipelines import Pipeline


class TrackyardError(Exception):
    """Everything that this package raises of its own."""


class Unreachable(TrackyardError, ConnectionError):
    """No server answers, or a connection broke so that nobody knows what became of a request."""

    #: To ask again would not help.
    lasting = False


class Failed(TrackyardError):
    """A pipeline ended otherwise than well; raised only where ``check=True`` asks for it."""

    def __init__(self, pipeline: "Pipeline", why: str) -> None:
        super().__init__(f"pipeline {pipeline.id} ({pipeline.graph}) is {pipeline.state}: {why}")
        self.pipeline = pipeline
        #: The server's sentence.
        self.why = why


class ApiError(TrackyardError):
    """The server's refusal (RFC 9457), with what it tells a program."""

    def __init__(self, status: int, code: str, detail: str, document: Mapping[str, Any]) -> None:
        #: All that is wrong with a definition or with values, each with a ``code`` and a ``message``.
        self.problems: List[Dict[str, Any]] = list(document.get("problems") or [])
        lines = [f"{code}: {detail}"]
        lines += [f"  {p.get('field') or p.get('place')}: {p.get('message')}" for p in self.problems]
        super().__init__("\n".join(lines))
        self.status = status
        #: A stable name of what is wrong.
        self.code = code
        #: What is wrong, and what to do.
        self.detail = detail
        #: The state of the track or pipeline now.
        self.state: Optional[str] = document.get("state")
        #: How many attempts the track has had.
        self.attempt: Optional[int] = document.get("attempt")
        #: The number of the track that is in the way.
        self.track: Optional[int] = document.get("track")
        #: How many pipelines of the graph may run at once.
        self.limit: Optional[int] = document.get("limit")
        #: The pipeline that the same key has started.
        self.pipeline: Optional[int] = document.get("pipeline")
        #: Seconds to wait before the next request.
        self.retry_after: Optional[int] = document.get("retry_after")


class NotFound(ApiError):
    """404: there is no such thing."""


class InvalidInput(ApiError):
    """400 and 422: what was sent is wrong; ``problems`` lists every wrong value."""


class Refused(ApiError):
    """409: it cannot be done as things stand."""


class Moved(Refused):
    """It is not as the caller saw it: ``state`` and ``attempt`` say how it is."""


def refusal(status: int, body: bytes, retry_after: Optional[int]) -> ApiError:
    """The exception for an answer that is none of 2xx."""
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {"detail": body[:200].decode("utf-8", "replace").strip()}
    if retry_after is not None:
        document.setdefault("retry_after", retry_after)
    code = str(document.get("code") or f"http-{status}")
    kind = {400: InvalidInput, 404: NotFound, 409: Refused, 422: InvalidInput}.get(status, ApiError)
    if code == "moved":
        kind = Moved
    return kind(status, code, str(document.get("detail") or "the server does not say why"), document)
