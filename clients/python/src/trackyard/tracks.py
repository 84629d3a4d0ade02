"""Tracks: one vertex in one pipeline."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Dict, Iterator, List, Literal, Mapping, Optional, Union, overload

from ._deeds import Deed
from ._wire import Wire
from .values import Attempt, Preview, Why, read

Values = Mapping[str, object]


@dataclass(frozen=True)
class Track:
    """A track as it was when it was read; ``refresh()`` reads it again.

    Every action is refused (``Moved``) when the track is not as it was then, unless ``expect`` says
    otherwise: another state, or ``any``.
    """

    id: int
    pipeline_id: int
    #: The vertex's name.
    vertex: str
    state: str
    #: The number of the last attempt; 0 before the first.
    attempt: int
    pending_on: Optional[str] = None
    #: When a wait ends.
    due_at: Optional[datetime] = None
    #: Why the last attempt ended as it did; ``None`` while it runs and after success.
    reason: Optional[str] = None
    detail: Optional[str] = None
    exit_code: Optional[int] = None
    started_at: Optional[datetime] = None
    finished_at: Optional[datetime] = None
    _wire: Wire = field(repr=False, compare=False, default=None)  # type: ignore[assignment]

    skip = Deed["Track"]("skip", "What comes after it need not wait for it any longer.")
    fail = Deed["Track"]("fail", "Says that it failed; needs ``why``.")
    hold = Deed["Track"]("hold", "Keeps it from starting.")
    release = Deed["Track"]("release", "Takes ``hold`` and a ``skip`` that has not come back.")
    stop = Deed["Track"]("stop", "Ends its script: TERM, the grace, KILL.")
    kill = Deed["Track"]("kill", "Ends its script at once.")

    @classmethod
    def of(cls, wire: Wire, body: Mapping[str, Any], **more: Any) -> "Track":
        """From an answer."""
        return read(cls, body, _wire=wire, **more)

    def refresh(self) -> "Track":
        """The track as it is now."""
        return Track.of(self._wire, self._now())

    def why(self) -> Why:
        """Why it waits, failed or was skipped, and what comes next."""
        return read(Why, self._wire.get(f"/tracks/{self.id}/why"))

    def outputs(self) -> Dict[str, Any]:
        """What its script left for those after it."""
        return dict(self._now()["outputs"])

    def attempts(self) -> List[Attempt]:
        """Every try of its script."""
        return [read(Attempt, a) for a in self._now()["attempts"]]

    def logs(self, attempt: Optional[int] = None) -> str:
        """What an attempt has printed, by default the last one; bytes that are no UTF-8 become U+FFFD."""
        number = attempt or self.refresh().attempt
        if number == 0:
            return ""
        return self._wire.send("GET", f"/tracks/{self.id}/attempts/{number}/log").decode("utf-8", "replace")

    def follow(self, attempt: Optional[int] = None) -> Iterator[str]:
        """Each line as it is printed, with its end, until the attempt has ended. A line of more than
        16 KiB comes in parts. It goes on where it was after a break, also of the server."""
        query = "" if attempt is None else f"?attempt={attempt}"
        with closing(self._wire.events(f"/tracks/{self.id}/log/stream{query}")) as told:
            for event in told:
                if event.kind == "end":
                    return
                if event.kind == "log":
                    # Not splitlines(): to a terminal a line ends here alone.
                    *lines, rest = event.json()["text"].split("\n")
                    yield from (line + "\n" for line in lines)
                    if rest:
                        yield rest

    @overload
    def retry(
        self, input: Optional[Values] = ..., *, after: bool = ..., alone: bool = ..., why: str = ...,
        expect: Optional[str] = ..., dry_run: Literal[True],
    ) -> Preview: ...
    @overload
    def retry(
        self, input: Optional[Values] = ..., *, after: bool = ..., alone: bool = ..., why: str = ...,
        expect: Optional[str] = ..., dry_run: Literal[False] = ...,
    ) -> "Track": ...
    def retry(
        self, input: Optional[Values] = None, *, after: bool = False, alone: bool = False, why: str = "",
        expect: Optional[str] = None, dry_run: bool = False,
    ) -> Union["Track", Preview]:
        """Runs its script once more, with other values if some are given. ``after``: with all that comes
        after it; ``alone``: its pipeline is paused, so that nothing else starts."""
        if after and alone:
            raise ValueError("`after` and `alone` contradict each other")
        word = "retry-after" if after else "run-alone" if alone else "retry"
        return self._ask(word, why, expect, dry_run, input=dict(input or {}))

    @overload
    def succeed(
        self, outputs: Optional[Values] = ..., *, why: str = ..., expect: Optional[str] = ...,
        dry_run: Literal[True],
    ) -> Preview: ...
    @overload
    def succeed(
        self, outputs: Optional[Values] = ..., *, why: str = ..., expect: Optional[str] = ...,
        dry_run: Literal[False] = ...,
    ) -> "Track": ...
    def succeed(
        self, outputs: Optional[Values] = None, *, why: str = "", expect: Optional[str] = None,
        dry_run: bool = False,
    ) -> Union["Track", Preview]:
        """Says that it succeeded, with the outputs that its script was to leave; needs ``why``, unless it
        is INTERRUPTED."""
        return self._ask("succeed", why, expect, dry_run, outputs=dict(outputs or {}))

    @overload
    def give(
        self, input: Values, *, why: str = ..., expect: Optional[str] = ..., dry_run: Literal[True]
    ) -> Preview: ...
    @overload
    def give(
        self, input: Values, *, why: str = ..., expect: Optional[str] = ..., dry_run: Literal[False] = ...
    ) -> "Track": ...
    def give(
        self, input: Values, *, why: str = "", expect: Optional[str] = None, dry_run: bool = False
    ) -> Union["Track", Preview]:
        """Gives values that it waits for."""
        return self._ask("input", why, expect, dry_run, input=dict(input))

    def _now(self) -> Mapping[str, Any]:
        whole: Mapping[str, Any] = self._wire.get(f"/tracks/{self.id}")
        return whole

    def _ask(
        self, word: str, why: str, expect: Optional[str], dry_run: bool, **more: Any
    ) -> Union["Track", Preview]:
        body: Dict[str, Any] = {"why": why, "expect": expect, **more}
        if expect is None:
            body.update(expect=self.state, attempt=self.attempt)
        query = {"dry_run": "true"} if dry_run else None
        answer = self._wire.post(f"/tracks/{self.id}/{word}", body, query=query, repeats=dry_run)
        return Preview.of(answer) if dry_run else Track.of(self._wire, answer)
