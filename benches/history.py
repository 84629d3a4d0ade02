#!/usr/bin/env python3
"""Whether what people look at takes as long beside a long history as beside a short one.

    benches/history.py PROGRAM [--pipelines 1000000] [--live 1000] [--requests 11] [--keep DIR] [--only TEXT]

Makes two data directories, one of 1,000 pipelines and one of so many, 10 tracks each, one in 50 failed, with the
attempts and the journal of real ones. Asks a server on each for every page and for its REST twin, in turn, and
prints the medians and their ratio; `SLOWER` stands where the long history takes more than 1.5 times as long, and
more than 1 ms longer (below that two medians of one server differ as much). Where the answer itself is longer,
since a file or a list has more to show, it may take longer by as much: `x 9.9 bytes` stands there. Then starts the server of the long
history with so many live pipelines, five times, and says how much memory it has while it is idle. Exit code 1
when a page is slower, a start takes more than 1 s or memory is more than 30 MB. A million takes about 6 GB and
a few minutes; `--keep` leaves both directories there and uses them again, `--only` asks for pages with this text.
"""

import argparse
import contextlib
import datetime
import os
import sqlite3
import statistics
import sys
import tempfile
import time

from copies import copy
from ours import Server

# Pipelines that run; their rows are copied.
RUNS, GRAPHS, FEW = 50, 5, 1_000
# Between one copy of them and the next: a million are a year.
APART = 25 * 60 * 1000
STARTS = 5
RATIO, FLOOR = 1.5, 1.0
UP, MEMORY = 1.0, 30.0
VERTICES = """  fetch: echo fetched
  check: {needs: [fetch], script: 'exit <code>'}
""" + "".join(f"  part-{n}: {{needs: [{'fetch' if n < 4 else 'check'}], script: echo part {n}}}\n" for n in range(7)) + """  ship:
    needs: [part-0, part-6]
    script: echo shipped
"""
GRAPH = "name: report-{n}\non_failure: continue_independent\ninput:\n  code: {{type: int, default: 0}}\nvertices:\n{vertices}"
# Ten vertices, of which the second asks.
ASKS = "name: asks\nvertices:\n  first: echo first\n  ask: {needs: [first], input: {day: {type: date, required: true}}, script: echo <day>}\n" + "".join(
    f"  after-{n}: {{needs: [ask], script: 'true'}}\n" for n in range(8)
)
# The next version of a graph that has a history, with a script that does not end.
ENDLESS = GRAPH.format(n=1, vertices=VERTICES) + "  loop: 'while :; do sleep 1; done'\n"
# {run}, {failed} and {live} are new pipelines, {track} failed, {waits} waits; {old} and {past} are a pipeline
# and a track in the middle of the history, {day} and {moment} when that began.
WEB = """/ /pipelines /pipelines?cursor={old} /pipelines?cursor=99 /pipelines?state=FAILED /pipelines?state=FAILED&cursor={old}
/pipelines?state=STOPPED /pipelines?graph=report-1 /pipelines?graph=report-1&cursor={old} /pipelines?graph=report-1&state=FAILED
/pipelines?graph=1 /pipelines?find=report /pipelines?find={old} /pipelines?find=nowhere /pipelines?name=report /pipelines?name=nowhere
/pipelines?name=nowhere&graph=report-1 /pipelines?creator=token /pipelines?creator=nobody /pipelines?trigger=rest /pipelines?trigger=form
/pipelines?live=true /pipelines?live=false /pipelines?since={day} /pipelines?until={day} /pipelines?since={day}&state=FAILED
/pipelines?until={day}&state=STOPPED
/pipelines/rows?ids={run},{failed}&top={run} /pipelines/csv /pipelines/csv?state=FAILED /pipelines/many?word=retry-failed&all=true&state=FAILED
/pipelines/many?word=retry-failed&p={failed}
/pipelines/{run} /pipelines/{failed} /pipelines/{live} /pipelines/{old} /pipelines/{old}?state=SUCCEED /pipelines/{live}/part/picture
/pipelines/{live}/stop /pipelines/{failed}/retry-failed /tracks/{track} /tracks/{waits} /tracks/{past}
/tracks/{track}/retry /tracks/{track}/attempts/1/log /inbox /journal /journal?cursor={line} /journal?what=FAILED /journal?what=STOPPED
/journal?who=token /journal?who=nobody /journal?pipeline={old} /journal?pipeline={old}&what=FAILED /journal?what=FAILED&cursor={line}
/graphs /graphs?state=FAILED /graphs?state=FINISH /graphs?state=STOPPED /graphs?contains=port /graphs/1 /graphs/1?tab=runs /graphs/1?tab=inputs
/graphs/1?tab=versions /graphs/1?tab=api /graphs/1?tab=stats /graphs/1?tab=hooks
/graphs/1/edit /graphs/1/forms /graphs/1/start /graphs/new /graphs/import /secrets /system /help /docs""".split()
REST = """/pipelines /pipelines?cursor=pipelines.{old} /pipelines?state=FAILED /pipelines?state=FAILED&cursor=pipelines.{old}
/pipelines?state=STOPPED /pipelines?state=RUNNING,FAILED /pipelines?graph=report-1 /pipelines?graph=report-1&state=FAILED
/pipelines?graph=report-1&cursor=pipelines.{old} /pipelines?graph=1 /pipelines?name=report /pipelines?name=nowhere
/pipelines?name=nowhere&graph=report-1 /pipelines?creator=token /pipelines?creator=nobody /pipelines?trigger=rest
/pipelines?live=true /pipelines?live=false /pipelines?since={moment} /pipelines?until={moment} /pipelines?ended_before={moment}
/pipelines?since={moment}&state=STOPPED /pipelines?limit=1
/pipelines/{run} /pipelines/{failed} /pipelines/{live} /pipelines/{old} /pipelines/{old}/tracks /pipelines/{live}/tracks?state=PENDING
/pipelines/{old}/events /pipelines/{old}/journal /pipelines/{old}/timeline /pipelines/{old}/why /pipelines/{live}/timeline
/pipelines/{live}/why /pipelines/{failed}/why /pipelines/{old}/diff?with={run} /pipelines/{failed}/bundle /tracks/{track} /tracks/{past}
/tracks/{past}/attempts /tracks/{past}/attempts/1 /tracks/{track}/environment /tracks/{track}/input /tracks/{track}/script
/tracks/{track}/log /tracks/{track}/log/raw /tracks/{track}/why /tracks/{waits}/why /inbox /audit /audit?who=nobody
/graphs /graphs?state=FAILED /graphs?state=STOPPED /graphs?contains=port /graphs/1 /graphs/1/stats /graphs/1/stats?days=365 /graphs/1/versions
/graphs/1/vertices /graphs/1/edges /graphs/1/layout /graphs/1/form /graphs/1/hooks /secrets /metrics /healthz /readyz /version
/workflow-instances /workflow-instances/{old} /logs/workflow-instances/{old} /stats/workflows /stats/nodes /workflows /workflows/1""".split()


def make(program, data, pipelines):
    """A data directory with a history of so many pipelines, if it is not there yet."""
    if os.path.exists(f"{data}/made"):
        return
    began = time.perf_counter()
    server = Server(program, data)
    try:
        graphs = [server.define(GRAPH.format(n=n, vertices=VERTICES)) for n in range(1, GRAPHS + 1)]
        runs = [server.start(graphs[n % GRAPHS], input={"code": 3 if n == 7 else 0}) for n in range(RUNS)]
        for run in runs:
            server.over(run)
    finally:
        server.end()
    with contextlib.closing(sqlite3.connect(f"{data}/trackyard.db")) as base:
        copy(base, pipelines, APART)
        tracks, lines = base.execute("SELECT max(track.id), (SELECT max(sequence) FROM journal) FROM track").fetchone()
    size = os.path.getsize(f"{data}/trackyard.db") / 1e9
    print(f"{pipelines} pipelines, {tracks} tracks, {lines} lines of the journal: {size:.2f} GB in {time.perf_counter() - began:.0f} s", flush=True)
    open(f"{data}/made", "w").close()


def fresh(server):
    """Pipelines that end and that live, of this server itself; gives what addresses say."""
    run = server.start(1)
    failed = server.start(2, input={"code": 3})
    assert server.over(run)["state"] == "FINISH" and server.over(failed)["state"] == "FAILED"
    live = server.start(server.define(ENDLESS))
    asks = server.define(ASKS)
    waits = server.start(asks, ask_later=True)
    tracks = lambda pipeline, state: server.api("GET", f"/pipelines/{pipeline}/tracks?state={state}")["tracks"]
    while not tracks(waits, "PENDING"):
        time.sleep(0.05)
    old = run // 2
    middle = server.api("GET", f"/pipelines/{old}")
    day = datetime.datetime.fromisoformat(middle["created_at"].replace("Z", "+00:00"))
    line = server.api("GET", f"/pipelines/{old}/journal?limit=1")
    return {
        "run": run, "failed": failed, "live": live, "old": old, "moment": middle["created_at"], "day": day.date(),
        "track": tracks(failed, "FAILED")[0]["id"], "waits": tracks(waits, "PENDING")[0]["id"],
        "past": tracks(old, "SUCCEED")[0]["id"], "line": first(line, "sequence"), "asks": asks,
    }


def first(page, name):
    """A field of the first row of a page, whatever the page calls its rows."""
    return next(rows for rows in page.values() if isinstance(rows, list))[0][name]


def took(server, path, rest):
    """Milliseconds until a page is there whole, and its size."""
    headers = {"Authorization": f"Bearer {server.token}"} if rest else {"Cookie": server.cookie}
    began = time.perf_counter()
    answer, text = server.ask("GET", path, **headers)
    if answer.status not in (200, 303):
        raise SystemExit(f"{path}: {answer.status}")
    return (time.perf_counter() - began) * 1000, len(text)


def pages(servers, words, requests, only):
    """Asks for each page of both in turn; gives how many are slower."""
    slower = 0
    print(f"{'page':64} {'short':>9} {'long':>9} ratio; ms, medians of {requests}")
    for rest, all_pages in ((False, WEB), (True, REST)):
        for page in all_pages:
            at_root = page in ("/metrics", "/healthz", "/readyz", "/version")
            name = page if at_root or not rest else f"/api/v1{page}"
            if only not in name:
                continue
            times, sizes = ([], []), [0, 0]
            for turn in range(requests + 1):
                for which, server in enumerate(servers):
                    one, sizes[which] = took(server, name.format(**words[which]), rest)
                    # The first look warms both up.
                    times[which].extend([one] if turn else [])
            short, long = map(statistics.median, times)
            more = max(1.0, sizes[1] / max(1, sizes[0]))
            bad = long > short * RATIO * more and long - short > FLOOR
            slower += bad
            said = f" x {more:.1f} bytes" * (more > RATIO) + "  SLOWER" * bad
            print(f"{name:64} {short:9.2f} {long:9.2f} {long / short:5.2f}{said}", flush=True)
    return slower


def starts(program, data, asks, live):
    """Seconds until a server with so many live pipelines is ready, and its memory while it is idle."""
    server = Server(program, data)
    try:
        with contextlib.closing(sqlite3.connect(f"{data}/trackyard.db")) as base:
            there = base.execute("SELECT count(*) FROM pipeline WHERE finished_at IS NULL").fetchone()[0]
        runs = [server.start(asks, ask_later=True) for _ in range(live - there)]
        while runs and not server.api("GET", f"/pipelines/{runs[-1]}/tracks?state=PENDING")["tracks"]:
            time.sleep(0.05)
    finally:
        server.end()
    up, memory = [], []
    for _ in range(STARTS):
        server = Server(program, data, ready=True)
        try:
            up.append(server.up)
            memory.append(server.memory())
        finally:
            server.end()
    return up, memory


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    for name, usual in [("--pipelines", 1_000_000), ("--live", 1_000), ("--requests", 11)]:
        parser.add_argument(name, type=int, default=usual)
    parser.add_argument("--keep")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    program = os.path.realpath(given.program)
    with contextlib.ExitStack() as stack:
        place = given.keep or stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        data = [f"{place}/short", f"{place}/long"]
        for directory, pipelines in zip(data, (FEW, given.pipelines)):
            os.makedirs(directory, exist_ok=True)
            make(program, directory, pipelines)
        servers = []
        try:
            for directory in data:
                servers.append(Server(program, directory))
            words = [fresh(server) for server in servers]
            slower = pages(servers, words, given.requests, given.only)
            after = servers[1].memory()
            for server, of in zip(servers, words):
                server.api("POST", f"/pipelines/{of['live']}/kill", "{}")
                server.over(of["live"])
        finally:
            for server in servers:
                server.end()
        for directory, of, called in zip(data, words, ("short", "long")):
            up, memory = starts(program, directory, of["asks"], given.live)
            median, idle = statistics.median(up), statistics.median(memory)
            print(f"{called} history, {given.live} live: ready after {median:.2f} s ({min(up):.2f} to {max(up):.2f}), {idle:.1f} MiB idle", flush=True)
        print(f"memory of the long history after all pages: {after:.1f} MiB")
    said = [f"{slower} pages are slower"] * bool(slower)
    said += [f"a start takes {median:.2f} s"] * (median > UP) + [f"{idle:.1f} MiB idle"] * (idle > MEMORY)
    sys.exit("; ".join(said) or None)


main()
