"""Server-sent events, read line by line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Iterator, List


@dataclass(frozen=True)
class Event:
    """One event. A sign of life has no ``kind``, but may have an ``id`` to go on from."""

    id: str
    kind: str
    data: str

    def json(self) -> Dict[str, Any]:
        """The data, which is always an object here."""
        value = json.loads(self.data)
        return value if isinstance(value, dict) else {}


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """Cuts the lines of a stream into events. What an end of the stream cuts off is none."""
    last, kind, data = "", "", []  # type: str, str, List[str]
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not raw.endswith(b"\n"):
            return
        if not line:
            yield Event(last, kind if data else "", "\n".join(data))
            kind, data = "", []
            continue
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "id":
            last = value
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
