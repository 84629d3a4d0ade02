#!/usr/bin/env python3
"""What one vertex costs, by who does it: benches/budget.py PROGRAM [--vertices 1000] [--slots 2] [--rounds 3]

Runs `true` scripts through a server of its own, all beside each other and then one after the other, and reads
from /proc for how long each thread kept a core busy. Prints microseconds a vertex: the driver (decisions and
commits; how long its commits took is from /metrics, with the wait for the disk), the executor (orders are read,
scripts written, files of what ended removed), the threads that hear the supervisors, the supervisors (starting a
script, waiting for it, its result), the scripts themselves, all other threads of the server, and the whole by
the clock.
"""

import argparse
import collections
import os
import statistics
import tempfile
import time

from disk import check
from ours import Server

PARTS = ["driver", "of it commits, by the clock", "executor", "links to supervisors", "supervisors", "scripts", "all else of the server", "by the clock"]
TICK = 1e6 / os.sysconf("SC_CLK_TCK")


def graph(name, vertices, chain):
    needs = lambda n: f", needs: [v{n - 1}]" if chain and n else ""
    lines = (f"  v{n}: {{script: 'true'{needs(n)}}}" for n in range(vertices))
    return f"name: {name}\nvertices:\n" + "\n".join(lines) + "\n"


def threads(pid):
    """Microseconds of each thread of a process on a core, by its number, with its name."""
    used = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm") as comm, open(f"/proc/{pid}/task/{task}/schedstat") as stat:
            used[task] = comm.read().strip(), int(stat.read().split()[0]) / 1e3
    return used


def children(pid):
    """Microseconds of the processes that it waited for."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) * TICK


def now(server):
    used = collections.Counter()
    names = {"driver": "driver", "executor": "executor", "supervisor": "links to supervisors"}
    for name, time_used in threads(server.process.pid).values():
        used[names.get(name, "all else of the server")] += time_used
    for pid in server.supervisors():
        used["supervisors"] += sum(time_used for _, time_used in threads(pid).values())
        used["scripts"] += children(pid)
    used["of it commits, by the clock"] = server.metric("trackyard_commit_seconds_sum") * 1e6
    used["by the clock"] = time.perf_counter() * 1e6
    return used


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    for name, usual in [("--vertices", 1_000), ("--slots", 2), ("--rounds", 3)]:
        parser.add_argument(name, type=int, default=usual)
    given = parser.parse_args()
    check()
    rounds = {False: [], True: []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        server = Server(given.program, data, "--slots", str(given.slots))
        try:
            graphs = {chain: server.define(graph(f"g{chain}", given.vertices, chain)) for chain in rounds}
            # The first scripts start the supervisors.
            server.over(server.start(server.define(graph("first", 2 * given.slots, False))))
            for _ in range(given.rounds):
                for chain, of in graphs.items():
                    before = now(server)
                    ended = server.api("POST", f"/graphs/{of}/pipelines?wait=300s", "{}")
                    assert ended["state"] == "FINISH", ended
                    after = now(server)
                    rounds[chain].append({part: (after[part] - before[part]) / given.vertices for part in PARTS})
        finally:
            server.end()
    print(f"microseconds a vertex, medians of {given.rounds}: {given.vertices} beside each other on {given.slots} slots, one after the other")
    for part in PARTS:
        beside, after = (statistics.median(one[part] for one in rounds[chain]) for chain in rounds)
        print(f"{part:30} {beside:8.0f} {after:8.0f}")


main()
