#!/usr/bin/env python3
"""How long others wait while retention deletes large pipelines.

    benches/retention.py PROGRAM [--copies 30] [--vertices 10000] [--seconds 10]

Makes a history: so many copies of a pipeline of so many vertices, of one whose twenty scripts have 500 kB each, and
of twenty small ones, each with a log of 100 bytes per attempt; the newest copy ended now, each one before it a day
earlier. Then a small pipeline is started again and again over REST by one client, first for so many seconds with
nothing else to do, then, by another server, while `POST /gc` deletes all that is a day old, files too. Prints how
long the starts took, from request to answer, and how long the commits of the driver (`trackyard_commit_seconds`),
removals among them. Exit code 1 when a commit took longer than 50 ms. Takes a minute or two and 2 GB.
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
from disk import check
from ours import Server

LIMIT = 0.05
SMALL, FAT = 20, 500_000
DAY = 86_400_000
CHAIN = "name: small\nvertices: {a: 'true', b: {script: 'true', needs: [a]}, c: {script: 'true', needs: [b]}}\n"


def make(program, data, vertices, copies):
    """The history; gives how many pipelines and tracks it has."""
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
        for pipeline, first, vertices in base.execute("SELECT id, first_track, vertices FROM pipeline"):
            os.makedirs(f"{data}/logs/{pipeline}", exist_ok=True)
            for track in range(first, first + vertices):
                with open(f"{data}/logs/{pipeline}/{track}-1.log", "w") as log:
                    log.write("x" * 100)
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
    check()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        pipelines, tracks = make(os.path.realpath(given.program), data, given.vertices, given.copies)
        print(f"{pipelines} pipelines, {tracks} tracks, {os.path.getsize(f'{data}/trackyard.db') / 1e6:.0f} MB", flush=True)
        program = os.path.realpath(given.program)
        server = Server(program, data)
        try:
            graph = server.define(CHAIN)
            end, before = time.monotonic() + given.seconds, commits(server)
            took = starts(server, graph, lambda: time.monotonic() > end)
            said("nothing else", took, before, commits(server))
        finally:
            server.end()
        os.environ["TRACKYARD_RETENTION_DAYS"] = "1"
        server = Server(program, data)
        try:
            over, removal, before, asks = threading.Event(), [], commits(server), server.beside()
            thread = threading.Thread(target=lambda: removal.append(clean(asks, data, over)))
            thread.start()
            took = starts(server, graph, over.is_set)
            thread.join()
            slow = said("while what is old is deleted", took, before, commits(server))
            print("{} pipelines and their files went in {:.1f} s".format(*removal[0]))
        finally:
            server.end()
    sys.exit(f"{slow} commits took more than {LIMIT * 1000:g} ms" if slow else None)


def clean(server, data, over):
    """Deletes all that is a day old; gives how many went, and the seconds until their last row and file had gone."""
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
