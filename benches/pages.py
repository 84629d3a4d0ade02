#!/usr/bin/env python3
"""How long each page takes at many pipelines.

    benches/pages.py PROGRAM [--pipelines 100000] [--requests 20] [--most 50]

Starts a server of its own on a temporary directory and a free port, runs a few pipelines, copies their
rows until there are as many as was said, and asks for each page over one connection. Prints the first,
the median and the slowest answer in milliseconds; fails when a median is above --most, or above what is
said of a page of its own. Pages with pictures are of graphs of 42, 300, 1,000 and 10,000 vertices.
"""

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time

from copies import copy
from ours import Server

GRAPH = """name: nightly
on_failure: continue_independent
input:
  times: {type: int, default: 3}
vertices:
  fetch: echo fetch <times>
  build: {needs: [fetch], script: echo build}
  check: {needs: [fetch], script: exit 3}
  ship: {needs: [build], script: echo ship}
"""
ASKS = "name: asks\nvertices:\n  ask: {input: {day: {type: date, required: true}}, script: echo <day>}\n"
ENDLESS = "name: endless\nvertices:\n  loop: 'while :; do sleep 1; done'\n"
# Graphs with pictures, by their vertices, and what the page of a pipeline of each may take.
DRAWN = {42: 5, 300: 50, 1_000: 50, 10_000: 50}
# Pipelines whose rows are copied.
RUNS = 10
# A new page joins by its address: {run}, {track} and {live} are numbers of the newest ones.
PAGES = """/ /pipelines /pipelines?cursor={half} /pipelines?state=FAILED /pipelines?graph=nightly
/pipelines?find=night /pipelines?since=2026-01-01 /pipelines/many?word=retry-failed&all=true&state=FAILED
/pipelines/{run} /pipelines/{live} /pipelines/{live}/stop /pipelines/{run}/retry-failed /tracks/{track}
/tracks/{track}/retry /tracks/{track}/attempts/1/log /inbox /journal /journal?what=FAILED /graphs
/graphs?state=FAILED /graphs/1 /graphs/1?tab=runs /graphs/1?tab=inputs /graphs/1?tab=versions /graphs/1?tab=api
/graphs/1/edit /graphs/1/forms /graphs/1/start /graphs/new /graphs/import /secrets /system /help /docs""".split()


def layered(count):
    """A graph in which each vertex needs one or two of those before it. The first one fails, so all others wait."""
    needs = lambda n: ", ".join(sorted({f"v{max(0, n - 1 - n % 6)}", f"v{max(0, n - 8 - n % 5 * (n % 3))}"}))
    lines = [f"  v{n}: {{needs: [{needs(n)}], script: 'exit 0'}}" for n in range(1, count)]
    return f"name: layered-{count}\nvertices:\n  v0: {{script: 'exit 3'}}\n" + "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    for name, usual in [("--pipelines", 100_000), ("--requests", 20), ("--most", 50)]:
        parser.add_argument(name, type=int, default=usual)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        server = Server(given.program, data)
        try:
            nightly, asks, endless = map(server.define, (GRAPH, ASKS, ENDLESS))
            for _ in range(RUNS):
                server.start(nightly)
            for run in range(1, RUNS + 1):
                server.over(run)
            server.end()
            with sqlite3.connect(f"{data}/trackyard.db") as base:
                copy(base, given.pipelines)
                count, run, track = base.execute(
                    "SELECT (SELECT count(*) FROM pipeline), (SELECT max(id) FROM pipeline), (SELECT min(id) FROM track WHERE pipeline_id = (SELECT max(id) FROM pipeline) AND state = 4)"
                ).fetchone()
            server = Server(given.program, data)
            server.start(asks, ask_later=True)
            live = server.start(endless)
            drawn = {count: server.define(layered(count)) for count in DRAWN}
            drawn = {count: server.start(graph) for count, graph in drawn.items()}
            for number in drawn.values():
                while server.api("GET", f"/pipelines/{number}")["state"] != "FAILED":
                    time.sleep(0.2)
            limits = {f"/pipelines/{number}": DRAWN[count] for count, number in drawn.items()}
            numbers = {"run": run, "track": track, "live": live, "half": run // 2}
            slow = 0
            print(f"{count} pipelines; first, median and slowest of {given.requests} answers")
            for page in [*PAGES, *limits, *(f"{page}/part/picture" for page in limits)]:
                path, times = page.format(**numbers), []
                for _ in range(given.requests):
                    before = time.perf_counter()
                    answer, text = server.ask("GET", path, Cookie=server.cookie)
                    times.append((time.perf_counter() - before) * 1000)
                    assert answer.status in (200, 303), (path, answer.status)
                median = statistics.median(times)
                slow += median > limits.get(path, given.most)
                print(f"{path:56} {times[0]:7.1f} ms {median:7.1f} ms {max(times):7.1f} ms {len(text):9} bytes")
            server.api("POST", f"/pipelines/{live}/kill", "{}")
            server.over(live)
            sys.exit(f"{slow} pages take longer than they may" if slow else None)
        finally:
            server.end()


main()
