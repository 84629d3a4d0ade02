"""The cases of benches/compare.sh. Each gives figures of ours and of theirs, one of each a round."""

import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from disk import check, slower
from ours import Server

CASES = {}
# Vertices of the usual graph, and of the one that is ten times as large.
MANY, MORE = 1_000, 10_000
STARTS, CLIENTS = 2_000, 8


def case(name, target, unit="s"):
    """A case is called with the bench; it yields `(ours, theirs)` once a round, in `unit`."""
    return lambda function: CASES.setdefault(name, (function, target, unit))


class Bench:
    def __init__(self, program, slots, rounds, place):
        self.program, self.slots, self.rounds, self.place = program, slots, rounds, place

    def write(self, name, text):
        path = os.path.join(self.place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def ninja(self, name, scripts, needs=lambda n: None, script="true"):
        """A directory in which `ninja` runs so many script files."""
        rules = ["rule script", "  command = sh scripts/$out.sh"]
        for n in range(scripts):
            self.write(f"{name}/scripts/{n}.sh", script + "\n")
            rules.append(f"build {n}: script" + ("" if needs(n) is None else f" {needs(n)}"))
        self.write(f"{name}/build.ninja", "\n".join(rules) + "\n")
        return os.path.join(self.place, name)

    def by_ninja(self, where, slots=None):
        for log in (".ninja_log", ".ninja_deps"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(where, log))
        return timed(["ninja", "-j", str(slots or self.slots)], where)

    def run(self, graph, slots=None):
        """`trackyard run` of a file on a data directory of its own."""
        with tempfile.TemporaryDirectory(dir=self.place, ignore_cleanup_errors=True) as data:
            return timed([self.program, "run", graph, "--slots", str(slots or self.slots), "--data", data], self.place)

    @contextlib.contextmanager
    def server(self, slots=None):
        with tempfile.TemporaryDirectory(dir=self.place, ignore_cleanup_errors=True) as data:
            server = Server(self.program, data, "--slots", str(slots or self.slots))
            try:
                yield server
            finally:
                server.end()


def timed(command, where):
    began = time.perf_counter()
    subprocess.run(command, cwd=where, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - began


def graph(name, vertices, needs=lambda n: None, script=lambda n: "true"):
    lines = (f"  v{n}: {{script: '{script(n)}'" + ("" if needs(n) is None else f", needs: [v{needs(n)}]") + "}" for n in range(vertices))
    return f"name: {name}\nvertices:\n" + "\n".join(lines) + "\n"


def before(n):
    return n - 1 if n else None


@case("1,000 independent scripts, `run` vs ninja", "<= 1.4")
def independent(bench):
    file, theirs = bench.write("wide.yaml", graph("wide", MANY)), bench.ninja("wide", MANY)
    for _ in range(bench.rounds):
        yield bench.run(file), bench.by_ninja(theirs)


@case("the same by one REST call of a server vs ninja", "<= 1.8")
def by_rest(bench):
    theirs = bench.ninja("rest", MANY)
    with bench.server() as server:
        wide = server.define(graph("wide", MANY))
        for _ in range(bench.rounds):
            began = time.perf_counter()
            ended = server.api("POST", f"/graphs/{wide}/pipelines?wait=300s", "{}")
            took = time.perf_counter() - began
            assert ended["state"] == "FINISH", ended
            yield took, bench.by_ninja(theirs)


@case("a chain of 1,000, `run` vs a shell loop", "<= 2.5")
def chain(bench):
    file = bench.write("chain.yaml", graph("chain", MANY, before))
    theirs = bench.ninja("chain", MANY)
    loop = f"n=0; while [ $n -lt {MANY} ]; do sh scripts/$n.sh; n=$((n + 1)); done"
    for _ in range(bench.rounds):
        yield bench.run(file), timed(["sh", "-c", loop], theirs)


@case("100 pipelines of a chain of 17 at once vs ninja", "<= 2.0")
def hundred(bench):
    theirs = bench.ninja("hundred", 1_700, lambda n: None if n % 17 == 0 else n - 1)
    with bench.server() as server:
        short = server.define(graph("short", 17, before))
        for _ in range(bench.rounds):
            began = time.perf_counter()
            runs = [server.start(short) for _ in range(100)]
            for run in runs:
                assert server.over(run)["state"] == "FINISH"
            yield time.perf_counter() - began, bench.by_ninja(theirs)


@case("1,000 scripts of `sleep 1` on 1,000 slots, the time beyond 1 s, vs ninja", "ours <= 1.5 s")
def sleepers(bench):
    file = bench.write("sleep.yaml", graph("sleep", MANY, script=lambda n: "sleep 1"))
    theirs = bench.ninja("sleep", MANY, script="sleep 1")
    for _ in range(bench.rounds):
        yield bench.run(file, MANY) - 1, bench.by_ninja(theirs, MANY) - 1


@case("a vertex of 10,000 independent ones vs one of 1,000", "<= 1.15", "ms")
def scale(bench):
    few, many = (bench.write(f"{n}.yaml", graph(f"wide-{n}", n)) for n in (MANY, MORE))
    for _ in range(bench.rounds):
        yield bench.run(many) / MORE * 1e3, bench.run(few) / MANY * 1e3


@case("request to answer: the start of 10,000 vertices vs of 1,000", "<= 12, ours <= 150 ms", "ms")
def starting(bench):
    with bench.server() as server:
        holds = lambda n: "sleep 1000" if n == 0 else "true"
        graphs = [server.define(graph(f"tree-{n}", n, lambda n: 0 if n else None, holds)) for n in (MORE, MANY)]
        for _ in range(bench.rounds):
            times, runs = [], []
            for of in graphs:
                began = time.perf_counter()
                runs.append(server.start(of))
                times.append((time.perf_counter() - began) * 1e3)
            for run in runs:
                server.api("POST", f"/pipelines/{run}/kill", "{}")
                server.over(run)
            yield tuple(times)


@case("starts by REST a second, 8 clients, vs commits of one insert", ">= 3", "/s")
def starts(bench):
    body = bench.write("body.json", "{}")
    with bench.server() as server:
        one = server.define("name: one\nvertices: {v: 'true'}\n")
        url = f"http://{server.place}/api/v1/graphs/{one}/pipelines"
        ab = ["ab", "-q", "-k", "-n", str(STARTS), "-c", str(CLIENTS), "-p", body, "-T", "application/json"]
        for _ in range(bench.rounds):
            said = subprocess.run([*ab, "-H", f"Authorization: Bearer {server.token}", url], capture_output=True, text=True, check=True).stdout
            assert "Non-2xx" not in said, said
            newest = server.api("GET", "/pipelines?limit=1")["pipelines"][0]["id"]
            server.over(newest)
            ours = float(re.search(r"Requests per second:\s+(\S+)", said)[1])
            yield ours, commits(bench)


def commits(bench):
    """How many transactions of one insert SQLite commits here a second, each of them durable."""
    command = [sys.executable, "-c", COMMITS, os.path.join(bench.place, "commits.db"), str(STARTS)]
    return STARTS / float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


# A program of its own, so that a slower disk is slower for it too; prints the seconds.
COMMITS = """
import sqlite3, sys, time
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)")
began = time.perf_counter()
for n in range(int(sys.argv[2])):
    base.execute("INSERT INTO t (text) VALUES ('a row as long as a short one of ours')")
print(time.perf_counter() - began)
"""


@case("memory: 1,000 sleeping scripts, server and supervisors; an idle server", "ours < 300 MB, theirs <= 30 MB", "MB")
def of_sleepers(bench):
    for _ in range(bench.rounds):
        with bench.server(MANY) as server:
            idle = server.memory()
            run = server.start(server.define(graph("sleep", MANY, script=lambda n: "sleep 1000")))
            while server.metric("trackyard_slots_used") < MANY:
                pass
            busy = server.memory(supervisors=True)
            server.api("POST", f"/pipelines/{run}/kill", "{}")
            server.over(run)
        yield busy, idle


@case("memory: a live pipeline of 10,000 vertices; an idle server", "ours <= 120 MB", "MB")
def of_many(bench):
    for _ in range(bench.rounds):
        with bench.server() as server:
            idle = server.memory()
            most, on = [0.0], threading.Event()

            def watch():
                while not on.wait(0.05):
                    most[0] = max(most[0], server.memory(supervisors=True))

            wide = server.define(graph("wide", MORE))
            watching = threading.Thread(target=watch)
            watching.start()
            server.api("POST", f"/graphs/{wide}/pipelines?wait=300s", "{}")
            on.set()
            watching.join()
        yield most[0], idle


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--disk-ms", type=float, help="as if a durable write took so many milliseconds more, for both; of the case `starts` alone")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(of[0].__name__ for of in CASES.values()))
    given = parser.parse_args()
    if given.disk_ms and given.cases != ["starts"]:
        parser.error("--disk-ms is for the case `starts`: other cases start programs, which it makes slower too")
    check()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        if given.disk_ms:
            slower(place, given.disk_ms)
        bench = Bench(os.path.realpath(given.binary), given.slots, given.rounds, place)
        for name, (function, target, unit) in CASES.items():
            if given.cases and function.__name__ not in given.cases:
                continue
            ours, theirs = (statistics.median(figures) for figures in zip(*function(bench)))
            print(f"{name}: {ours:.3f} {unit}, {theirs:.3f} {unit}, ratio {ours / theirs:.2f} (target {target})", flush=True)


main()
