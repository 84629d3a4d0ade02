"""What the server answers, as dataclasses. A field that a newer server adds is left out."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional, Type, TypeVar

T = TypeVar("T")


def read(cls: Type[T], body: Mapping[str, Any], **more: Any) -> T:
    """A dataclass of the fields that it knows; moments become ``datetime``."""
    given: Dict[str, Any] = {}
    for one in fields(cls):  # type: ignore[arg-type]
        if one.name in body:
            value = body[one.name]
            if one.name.endswith("_at") and isinstance(value, str):
                value = datetime.fromisoformat(value.replace("Z", "+00:00"))
            given[one.name] = value
    return cls(**{**given, **more})


@dataclass(frozen=True)
class Problem:
    """What a check found in a definition."""

    code: str
    #: ``error`` or ``notice``: an error keeps a graph from being started.
    severity: str
    #: From 1; 0: not in a text.
    line: int
    column: int
    place: str
    message: str


@dataclass(frozen=True)
class Graph:
    """A version of a graph."""

    id: int
    name: str
    version: int
    #: It may be started.
    checked: bool
    #: What became of it when it was saved.
    note: str = ""
    problems: List[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Graph":
        """From an answer."""
        return read(cls, body, problems=[read(Problem, p) for p in body.get("problems", [])])


@dataclass(frozen=True)
class Fate:
    """What would become of a track."""

    id: int
    vertex: str
    #: Its state now, and then.
    before: str
    after: str
    #: ``run``, ``end``, ``change`` or ``keep``.
    will: str


@dataclass(frozen=True)
class Preview:
    """What an action would do. Nothing was done."""

    #: The pipeline's state now, and then.
    before: str
    after: str
    #: It would have to wait until fewer pipelines of its graph run.
    queued: bool
    #: How many tracks there are of each fate.
    counts: Dict[str, int]
    tracks: List[Fate]
    #: What to think of before it is done, a sentence each.
    warnings: List[str]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Preview":
        """From an answer."""
        tracks = [read(Fate, t, before=t["from"], after=t["to"]) for t in body["tracks"]]
        return read(cls, body, before=body["from"], after=body["to"], tracks=tracks)


@dataclass(frozen=True)
class AgainPreview:
    """What ``again`` would start. Nothing was."""

    again_of: int
    graph_id: int
    graph: str
    version: int
    name: str
    #: ``None`` for each secret.
    input: Dict[str, Any]
    priority: int
    track_count: int
    #: The vertices that would wait for a value.
    waits_for_input: List[str]
    #: The pipelines that would be stopped.
    stops: List[int]


@dataclass(frozen=True)
class Why:
    """Why something stands where it does, and what comes next."""

    code: str
    sentence: str
    next: str
    #: Who moves it on.
    moves: str
    #: What may be asked for now.
    actions: List[str]
    #: When this ends at the latest, as RFC 3339, where that is known.
    until: Optional[str] = None

    def __str__(self) -> str:
        return f"{self.sentence} {self.next}".strip()


@dataclass(frozen=True)
class Attempt:
    """One try of a track's script."""

    attempt: int
    ordered_at: datetime
    started_at: Optional[datetime]
    finished_at: Optional[datetime]
    reason: Optional[str]
    detail: str
    exit_code: Optional[int]
    signal: Optional[int]
    log_bytes: int
    dropped_bytes: int
