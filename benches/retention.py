#!/usr/bin/env python3
"""How long others wait while retention deletes large pipelines.

    benches/retention.py PROGRAM [--copies 30] [--vertices 10000] [--seconds 10]

Makes a history that ended a day and more ago: so many copies of a pipeline of so many vertices, of one whose twenty
scripts have 500 kB each, and of twenty small ones. Then a small pipeline is started again and again over REST, first
for so many seconds with nothing else to do, then while `POST /gc` deletes all of that. Prints how long the starts
took, from request to answer, and how long the commits of the driver (`trackyard_commit_seconds`), removals among
them. Exit code 1 when a commit took longer than 50 ms. Takes a minute and about 1 GB.
"""

import argparse
import contextlib
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time

from copies import copy
from ours import Server

LIMIT = 0.05
SMALL, FAT = 20, 500_000
DAY = 86_400_000
CHAIN = "name: small\nvertices: {a: 'true', b: {script: 'true', needs: [a]}, c: {script: 'true', needs: [b]}}\n"


def make(program, data, vertices, copies):
    """A history, all of it older than a day; gives how many pipelines and tracks it has."""
    wide = "name: wide\nvertices:\n" + "".join(f"  v{n}: 'true'\n" for n in range(vertices))
    fat = "name: fat\nvertices:\n" + "".join(f"  v{n}: 'true # {'x' * FAT}'\n" for n in range(20))
    server = Server(program, data)
    try:
        small = server.define(CHAIN)
        runs = [server.start(small) for _ in range(SMALL)] + [server.start(server.define(text)) for text in (wide, fat)]
        for run in runs:
            server.over(run)
    finally:
        server.end()
    with contextlib.closing(sqlite3.connect(f"{data}/trackyard.db")) as base:
        copy(base, copies * len(runs), DAY)
        # The newest copy is of today.
        return base.execute("SELECT count(*), sum(vertices) FROM pipeline").fetchone()


def commits(server):
    """Commits so far: seconds that each bound has, and how many took no longer."""
    _, text = server.ask("GET", "/metrics", Authorization=f"Bearer {server.token}")
    found = re.findall(r'trackyard_commit_seconds_bucket\{le="([^"]+)"\} (\d+)', text.decode())
    return {float(bound): int(count) for bound, count in found}


def starts(server, graph, until):
    """Starts pipelines until told to end; gives the seconds of each."""
    took = []
    while not until():
        began = time.perf_counter()
        server.start(graph)
        took.append(time.perf_counter() - began)
    return took


def said(name, took, before, after):
    """Prints what was measured; gives how many commits took too long."""
    slow = statistics.quantiles(took, n=100)[98]
    print(f"{name}: {len(took)} starts, median {statistics.median(took) * 1000:.1f} ms, 99 of 100 below {slow * 1000:.1f}, longest {max(took) * 1000:.1f}")
    below, parts = 0, []
    for bound in after:
        now = after[bound] - before[bound]
        parts += [f"{now - below} up to {bound * 1000:g} ms"] * (now > below)
        below = now
    print(f"  {below} commits: {', '.join(parts)}", flush=True)
    return below - (after[LIMIT] - before[LIMIT])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    for name, usual in [("--copies", 30), ("--vertices", 10_000), ("--seconds", 10)]:
        parser.add_argument(name, type=int, default=usual)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        pipelines, tracks = make(os.path.realpath(given.program), data, given.vertices, given.copies)
        print(f"{pipelines} pipelines, {tracks} tracks, {os.path.getsize(f'{data}/trackyard.db') / 1e6:.0f} MB", flush=True)
        os.environ["TRACKYARD_RETENTION_DAYS"] = "1"
        server = Server(os.path.realpath(given.program), data)
        asks = server.beside()
        try:
            graph = server.define(CHAIN)
            end, first = time.monotonic() + given.seconds, commits(server)
            took = starts(server, graph, lambda: time.monotonic() > end)
            second = commits(server)
            said("nothing else", took, first, second)
            over, removal = threading.Event(), []
            thread = threading.Thread(target=lambda: removal.append(clean(asks, data, over)))
            thread.start()
            took = starts(server, graph, over.is_set)
            thread.join()
            slow = said("while all is deleted", took, second, commits(server))
            gone, seconds = removal[0]
            print(f"{gone} pipelines went in {seconds:.1f} s")
        finally:
            server.end()
    sys.exit(f"{slow} commits took more than {LIMIT * 1000:g} ms" if slow else None)


def clean(server, data, over):
    """Deletes all that is a day old; gives how many went, and the seconds until their last row had gone."""
    began, gone = time.monotonic(), 0
    try:
        while True:
            answer = server.api("POST", "/gc")
            gone += answer["pipelines"]
            if not answer["more"]:
                break
        with contextlib.closing(sqlite3.connect(f"file:{data}/trackyard.db?mode=ro", uri=True)) as base:
            while base.execute("SELECT count(*) FROM removal").fetchone()[0]:
                time.sleep(0.05)
        return gone, time.monotonic() - began
    finally:
        over.set()


main()
