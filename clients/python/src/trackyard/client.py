"""The server, and what begins with it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Iterator, Mapping, Optional, Union

from . import pipelines
from ._place import usual_data
from ._wire import Wire
from .errors import NotFound
from .pipelines import Pipeline
from .tracks import Track
from .values import Graph

#: The most rows that are asked for at once.
PAGE = 500


class Client:
    """A Trackyard server.

    Without arguments it is the one that works on the usual data directory (``TRACKYARD_DATA``, else
    ``~/.local/share/trackyard``); its address and token are read there before each request, so that a
    server that began anew at another port is found. Threads may share a client.

    ``timeout``: seconds that one answer may take. ``patience``: seconds for which a request is tried again
    when no server answers or it says "later"; 0 to be told at once.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        token: Optional[str] = None,
        data: Union[str, "os.PathLike[str]", None] = None,
        *,
        timeout: float = 30.0,
        patience: float = 30.0,
    ) -> None:
        if url and not token and data is None:
            raise ValueError("`url` needs its `token`, or the `data` directory that has it")
        place = usual_data() if data is None else Path(data)
        self._wire = Wire(url, token, place, timeout, patience)

    def save(self, definition: Union[str, "os.PathLike[str]"]) -> Graph:
        """Saves a definition, YAML or JSON: a text, or the path of a file (a text of one line that is no
        object is a path). One with errors is saved too: ``checked`` is false, and ``problems`` has them."""
        if isinstance(definition, str) and ("\n" in definition or definition.lstrip().startswith("{")):
            text = definition
        else:
            text = Path(definition).read_text(encoding="utf-8")
        try:
            json.loads(text)
            media = "application/json"
        except ValueError:
            media = "application/yaml"
        answer = self._wire.send("POST", "/graphs", text.encode(), {"Content-Type": media})
        return Graph.of(json.loads(answer))

    def graphs(self) -> Iterator[Graph]:
        """The newest version of each graph, by name."""
        query: dict[str, object] = {"limit": PAGE}
        while True:
            page = self._wire.get("/graphs", query)
            yield from map(Graph.of, page["graphs"])
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def graph(self, name_or_id: Union[str, int]) -> Graph:
        """A graph with its problems: the newest version of a name, or the one of a number."""
        number = name_or_id if isinstance(name_or_id, int) else self._newest(name_or_id)
        return Graph.of(self._wire.get(f"/graphs/{number}"))

    def start(
        self,
        graph: Union[str, int, Graph],
        input: Optional[Mapping[str, object]] = None,
        *,
        key: Optional[str] = None,
        wait: Optional[float] = None,
        name: Optional[str] = None,
        desc: str = "",
        priority: int = 0,
        ask_later: bool = False,
    ) -> Pipeline:
        """Starts a graph, by its name (the newest version) or number.

        It is started once, though the connection breaks and the request is sent again: each call has a key
        of its own. Give ``key`` where two calls, or two programs, mean the same start: the second one gets
        the pipeline of the first (``replayed``). ``wait``: give it so many seconds to end, and take it as
        it is then; ``Pipeline.wait()`` has no such bound. ``ask_later``: start although values are missing.
        """
        number = graph.id if isinstance(graph, Graph) else graph
        number = self._newest(number) if isinstance(number, str) else number
        body = {
            "name": name or "",
            "desc": desc,
            "input": dict(input or {}),
            "ask_later": ask_later,
            "priority": priority,
        }
        begun = time.monotonic()
        pipeline = pipelines.start(self._wire, f"/graphs/{number}/pipelines", body, key)
        if wait is None:
            return pipeline
        try:
            return pipeline.wait(max(0.0, wait - (time.monotonic() - begun)))
        except TimeoutError:
            return pipeline.refresh()

    def pipelines(self, **only: str) -> Iterator[Pipeline]:
        """Pipelines, the newest first; they are read as they are taken.

        ``only`` are the filters of the list, such as ``state="FAILED,STOPPED"``, ``graph="nightly"`` or
        ``since="2026-01-31T12:00:00Z"``; all pipelines without.
        """
        query: dict[str, object] = {**only, "limit": PAGE}
        while True:
            page = self._wire.get("/pipelines", query)
            yield from (Pipeline.of(self._wire, one) for one in page["pipelines"])
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def pipeline(self, id: int) -> Pipeline:
        """A pipeline by its number."""
        return Pipeline.of(self._wire, self._wire.get(f"/pipelines/{id}"))

    def track(self, id: int) -> Track:
        """A track by its number."""
        return Track.of(self._wire, self._wire.get(f"/tracks/{id}"))

    def _newest(self, name: str) -> int:
        for graph in self.graphs():
            if graph.name == name:
                return graph.id
        raise NotFound(404, "not-found", f"graph `{name}` does not exist", {})
