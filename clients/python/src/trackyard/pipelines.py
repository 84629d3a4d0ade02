"""Pipelines: the runs of graphs."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Dict, List, Literal, Mapping, Optional, Union, overload
from uuid import uuid4

from ._deeds import Deed
from ._wire import Wire
from .errors import ApiError, Failed
from .tracks import Track
from .values import AgainPreview, Preview, Why, read

#: The state of a pipeline that went well.
FINISH = "FINISH"
#: Actions that need not say what the caller saw.
CARELESS = {"pause", "stop", "kill"}
#: Seconds of one ``?wait=``, where the server has no room for one more stream.
ONE_WAIT = 20.0


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as it was when it was read; ``refresh()`` reads it again."""

    id: int
    graph_id: int
    #: The graph's name.
    graph: str
    version: int
    name: str
    #: RUNNING while there is no verdict, PAUSED while nothing new of it starts; else the verdict.
    state: str
    #: What was given at the start; ``None`` for each secret.
    input: Dict[str, Any]
    track_count: int
    creator: str
    priority: int
    #: It waits until fewer pipelines of its graph run.
    queued: bool
    created_at: datetime
    desc: str = ""
    #: By what it was started.
    trigger: str = ""
    again_of: Optional[int] = None
    #: When it is ended, if it has not ended by then.
    due_at: Optional[datetime] = None
    #: When nothing of it could move any more.
    finished_at: Optional[datetime] = None
    #: An earlier request with the same key had started it.
    replayed: bool = False
    _wire: Wire = field(repr=False, compare=False, default=None)  # type: ignore[assignment]

    pause = Deed["Pipeline"]("pause", "Starts nothing new of it.")
    resume = Deed["Pipeline"]("resume", "Goes on after ``pause``.")
    stop = Deed["Pipeline"]("stop", "Ends what runs of it: TERM, the grace, KILL.")
    kill = Deed["Pipeline"]("kill", "Ends what runs of it at once.")
    retry_failed = Deed["Pipeline"]("retry-failed", "Runs what FAILED, was STOPPED or INTERRUPTED again.")

    @classmethod
    def of(cls, wire: Wire, body: Mapping[str, Any], **more: Any) -> "Pipeline":
        """From an answer."""
        return read(cls, body, _wire=wire, **more)

    @property
    def finished(self) -> bool:
        """Nothing of it can move any more."""
        return self.finished_at is not None

    def refresh(self) -> "Pipeline":
        """The pipeline as it is now."""
        return self._read()

    def tracks(self) -> List[Track]:
        """Its tracks as they are now, one for each vertex, in the order of the definition."""
        return [Track.of(self._wire, t, pipeline_id=self.id) for t in self._wire.get(f"/pipelines/{self.id}")["tracks"]]

    def track(self, vertex: str) -> Track:
        """The track of one vertex as it is now; a ``KeyError`` when there is none of that name."""
        tracks = {track.vertex: track for track in self.tracks()}
        if vertex not in tracks:
            raise KeyError(f"pipeline {self.id} has no vertex `{vertex}`: there are {', '.join(tracks)}")
        return tracks[vertex]

    def why(self) -> Why:
        """Why it stands where it does, and what comes next."""
        return read(Why, self._wire.get(f"/pipelines/{self.id}/why"))

    def wait(self, timeout: Optional[float] = None, *, check: bool = False) -> "Pipeline":
        """Waits until nothing of it can move any more, and gives it as it is then.

        It is told by the server, also after a break and by a server that has taken over. A track that
        waits for a person keeps it from its end. A ``TimeoutError`` comes after ``timeout`` seconds;
        ``check`` raises ``Failed`` unless the end is FINISH.
        """
        until = None if timeout is None else time.monotonic() + timeout
        now = self
        try:
            now = self._read(until)
            while not now.finished:
                now = self._next(until)
        except TimeoutError as why:
            raise TimeoutError(f"pipeline {self.id} is {now.state} after {timeout} s") from why
        if check and now.state != FINISH:
            raise Failed(now, now.why().sentence)
        return now

    @overload
    def again(
        self, *, key: Optional[str] = ..., why: str = ..., expect: Optional[str] = ...,
        dry_run: Literal[True],
    ) -> AgainPreview: ...
    @overload
    def again(
        self, *, key: Optional[str] = ..., why: str = ..., expect: Optional[str] = ...,
        dry_run: Literal[False] = ...,
    ) -> "Pipeline": ...
    def again(
        self, *, key: Optional[str] = None, why: str = "", expect: Optional[str] = None,
        dry_run: bool = False,
    ) -> Union["Pipeline", AgainPreview]:
        """Starts the same version with the same values as a new pipeline; ``key`` as for ``start``."""
        body = {"why": why, "expect": expect}
        path = f"/pipelines/{self.id}/again"
        if dry_run:
            return read(AgainPreview, self._wire.post(path, body, query={"dry_run": "true"}))
        return start(self._wire, path, body, key)

    def _read(self, until: Optional[float] = None, wait: float = 0.0) -> "Pipeline":
        query = {"wait": f"{int(wait * 1000)}ms"} if wait else None
        body = self._wire.get(f"/pipelines/{self.id}", query, until=until, longer=wait)
        return Pipeline.of(self._wire, body, replayed=self.replayed)

    def _next(self, until: Optional[float]) -> "Pipeline":
        """The pipeline once there is reason to believe that it has ended."""
        stream = self._wire.events(f"/pipelines/{self.id}/stream", until=until, patient=False)
        try:
            with closing(stream) as told:
                for event in told:
                    if event.kind == "reload" or event.kind == "pipeline" and event.json().get("end"):
                        break
            return self._read(until)
        except ApiError as why:
            if why.status not in (429, 503):
                raise
        # No room for one more stream, or the server is ending.
        begun = time.monotonic()
        wait = ONE_WAIT if until is None else min(ONE_WAIT, until - begun)
        if wait <= 0:
            raise TimeoutError("the time is up")
        now = self._read(until, wait)
        if not now.finished:
            # Who is answered sooner than asked does not ask without end.
            time.sleep(max(0.0, min(1.0, wait) - (time.monotonic() - begun)))
        return now

    def _ask(
        self, word: str, why: str, expect: Optional[str], dry_run: bool
    ) -> Union["Pipeline", Preview]:
        saw = expect or (None if word in CARELESS else self.state)
        query = {"dry_run": "true"} if dry_run else None
        path = f"/pipelines/{self.id}/{word}"
        answer = self._wire.post(path, {"why": why, "expect": saw}, query=query, repeats=dry_run)
        return Preview.of(answer) if dry_run else Pipeline.of(self._wire, answer)


def start(wire: Wire, path: str, body: Mapping[str, Any], key: Optional[str]) -> Pipeline:
    """Starts a pipeline, once: a start that is asked for again carries the same key."""
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise ValueError("`key` has 1 to 255 printable characters of ASCII")
    headers = {"Idempotency-Key": key or uuid4().hex}
    answer = wire.post(path, body, headers=headers)
    # Of a key that was made here nobody else knows.
    replayed = key is not None and bool(answer["replayed"])
    return Pipeline.of(wire, wire.get(f"/pipelines/{answer['id']}"), replayed=replayed)
