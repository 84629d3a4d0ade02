"""The soak test: see benches/soak.sh.

Pipelines of a few kinds are started at a steady rate, each start with a key, while viewers follow the
stream. Every minute the server dies by SIGKILL at a moment of chance, and the next one works on the same
data directory; its supervisors and scripts live on. Pipelines that ended a minute ago are deleted, so
that the amount of history is steady. Each script appends a line to a file of its pipeline: at the end
each vertex must have succeeded once, and no attempt may have a line twice.
"""

import argparse
import collections
import datetime
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time

from ours import Server

SAMPLE_EVERY, DELETE_EVERY, KEEP = 5, 10, 60
# Of the whole time, until there is as much history as there will be.
WARM = 0.2
# What may be more at the end: a part of what was there, and so much in any case.
GROWTH = 0.15
LOST_WIRE = (OSError, http.client.HTTPException)


class Kind:
    """A graph; `often` of all starts are of it."""

    def __init__(self, name, often, vertices):
        self.name, self.often, self.vertices, self.graph = name, often, vertices, None

    def text(self):
        return f"name: {self.name}\nvertices:\n" + "".join(f"  {line}\n" for line in self.vertices)


def kinds(lines):
    """The graphs whose scripts append to files in a directory."""
    said = f'echo "$TRACKYARD_TRACK $TRACKYARD_ATTEMPT" >>{lines}/$TRACKYARD_PIPELINE'
    # The first attempt leaves no line of success, and a line that it was there.
    twice = f"[ $TRACKYARD_ATTEMPT != 1 ] || {{ echo \"$TRACKYARD_TRACK 1 failed\" >>{lines}/$TRACKYARD_PIPELINE; exit 1; }}; {said}"
    prints = f"head -c 100000 /dev/zero | tr '\\0' x; {said}"
    quoted = json.dumps
    plain = lambda name, needs="": f"{name}: {{script: {quoted(said)}, needs: [{needs}]}}"
    return [
        Kind("short", 5, [plain("a"), plain("b", "a"), plain("c", "b")]),
        Kind("retried", 2, [plain("a"), f"b: {{script: {quoted(twice)}, needs: [a], retry: {{limit: 2, delay: 200ms}}}}", plain("c", "b")]),
        Kind("printing", 2, [plain("a"), f"b: {{script: {quoted(prints)}, needs: [a]}}"]),
        Kind("wide", 1, [plain("a"), *(plain(f"v{n}", "a") for n in range(98)), plain("z", ", ".join(f"v{n}" for n in range(98)))]),
    ]


class Viewer(threading.Thread):
    """Follows the stream of whichever server there is."""

    def __init__(self, soak):
        super().__init__(daemon=True)
        self.soak, self.events, self.refused = soak, 0, 0

    def run(self):
        while not self.soak.over.wait(0.2):
            server = self.soak.server
            try:
                wire = http.client.HTTPConnection(server.place, timeout=60)
                wire.request("GET", "/api/v1/stream", headers={"Authorization": f"Bearer {server.token}"})
                answer = wire.getresponse()
                self.refused += answer.status != 200
                while line := answer.readline():
                    self.events += line.startswith(b"event:")
            except LOST_WIRE:
                pass


class Soak:
    def __init__(self, given, place):
        self.given, self.place = given, place
        self.data, self.lines = os.path.join(place, "data"), os.path.join(place, "lines")
        os.makedirs(self.lines)
        os.makedirs(self.data, mode=0o700)
        self.over, self.kinds = threading.Event(), kinds(self.lines)
        self.mix = [kind for kind in self.kinds for _ in range(kind.often)]
        # Each pipeline by its number, until it is known to be deleted.
        self.started, self.there, self.wrong = {}, set(), []
        self.samples, self.kills, self.behind = collections.defaultdict(list), 0, 0
        self.up = []
        self.begin()

    def begin(self):
        """The next server, on the same data directory and another port."""
        self.server = Server(self.given.binary, self.data, "--slots", str(self.given.slots))
        self.up.append(self.server.up)

    def api(self, *what, **headers):
        """Asks until it is answered: the server may have died, and a request with a key is done once."""
        while True:
            try:
                return self.server.api(*what, **headers)
            except LOST_WIRE:
                self.server.process.wait(30)
                self.begin()

    def start(self, n):
        kind = self.mix[n % len(self.mix)]
        new = self.api("POST", f"/graphs/{kind.graph}/pipelines", "{}", Idempotency_Key=f"soak-{n}")["id"]
        self.started[new] = kind
        self.there.add(new)

    def delete(self):
        """Removes what ended long enough ago."""
        until = int((time.time() - KEEP) * 1000)
        body = {"filter": {"live": False, "ended_before": str(until)}, "limit": 100, "why": "soak"}
        while True:
            answer = self.api("POST", "/pipelines/actions/delete", json.dumps(body))
            for line in answer["pipelines"]:
                if line["outcome"] == "refused":
                    continue
                self.there.discard(line["id"])
                if line["from"] != "FINISH":
                    self.wrong.append((line["id"], line["from"]))
            if not answer["next"]:
                return
            body["cursor"] = answer["next"]

    def sample(self):
        server, data = self.server, self.data
        try:
            now = {
                "memory of the server, MiB": server.memory(),
                "memory of the supervisors, MiB": server.memory(supervisors=True) - server.memory(),
                "file handles": len(os.listdir(f"/proc/{server.process.pid}/fd")),
                "files in the spool": sum(len(files) for _, _, files in os.walk(f"{data}/spool")),
                "directories of pipelines": sum(len(os.listdir(f"{data}/{name}")) for name in ("logs", "work") if os.path.isdir(f"{data}/{name}")),
                "database and its log, MiB": sum(os.path.getsize(f"{data}/trackyard.db{end}") for end in ("", "-wal")) / 2**20,
            }
        except (OSError, StopIteration):
            # It has just died.
            return
        for name, value in now.items():
            self.samples[name].append(value)

    def kill(self):
        self.kills += 1
        self.server.process.kill()

    def run(self):
        for kind in self.kinds:
            kind.graph = self.server.define(kind.text())
        viewers = [Viewer(self) for _ in range(self.given.viewers)]
        for viewer in viewers:
            viewer.start()
        began = time.monotonic()
        seconds = self.given.hours * 3600 if self.given.hours else self.given.minutes * 60
        warm, every = began + seconds * WARM, self.given.kill_every
        due = {"start": began, "sample": warm, "delete": began, "kill": began + (every or seconds * 2)}
        n = 0
        while (now := time.monotonic()) < began + seconds:
            what = min(due, key=due.get)
            if due[what] > now:
                time.sleep(due[what] - now)
            if what == "start":
                self.start(n)
                n += 1
                due[what] += 1 / self.given.rate
                if due[what] < now - 5:
                    # The machine cannot keep up: what is missed is not made up for.
                    self.behind += 1
                    due[what] = now
            elif what == "sample":
                self.sample()
                due[what] = time.monotonic() + SAMPLE_EVERY
            elif what == "delete":
                self.delete()
                due[what] = time.monotonic() + DELETE_EVERY
            else:
                # While something else is asked, mostly.
                threading.Timer(random.uniform(0, 2), self.kill).start()
                due[what] += every
        time.sleep(2)
        self.finish(seconds, viewers)

    def finish(self, seconds, viewers):
        for pipeline in sorted(self.there):
            while (stands := self.api("GET", f"/pipelines/{pipeline}?wait=60s"))["finished_at"] is None:
                pass
            if stands["state"] != "FINISH":
                self.wrong.append((pipeline, stands["state"]))
        self.over.set()
        scripts, lost, repeated = self.judge()
        spool = [name for _, _, files in os.walk(f"{self.data}/spool") for name in files]
        self.server.end()
        deadline = time.monotonic() + 30
        while (left := self.server.supervisors()) and time.monotonic() < deadline:
            time.sleep(0.5)
        print(
            f"{seconds / 60:.0f} min, {datetime.date.today()}: {len(self.started)} pipelines, {scripts} successful scripts, "
            f"{self.kills} kills, {sum(v.events for v in viewers)} events to {len(viewers)} viewers "
            f"({sum(v.refused for v in viewers)} refused); a server answered {statistics.median(self.up) * 1000:.0f} ms after "
            f"its start (median, longest {max(self.up) * 1000:.0f} ms); {self.behind} starts late"
        )
        flat = all([self.compare(name, values) for name, values in self.samples.items()])
        print(f"lost: {lost}, repeated: {repeated}, pipelines that are not FINISH: {len(self.wrong)} {self.wrong[:5]}, "
              f"supervisors left: {len(left)}, files in the spool at the end: {len(spool)} {sorted(spool)[:5]}")
        self.well = flat and not (lost or repeated or self.wrong or left)
        print("flat, and nothing lost or repeated" if self.well else "NOT WELL")

    def judge(self):
        """How many scripts succeeded, how many are missing, how many ran more than once."""
        scripts = lost = repeated = 0
        for pipeline, kind in self.started.items():
            try:
                with open(f"{self.lines}/{pipeline}") as file:
                    lines = collections.Counter(file.read().splitlines())
            except OSError:
                lines = collections.Counter()
            succeeded = collections.Counter(line.split()[0] for line in lines if "failed" not in line)
            scripts += len(succeeded)
            lost += max(0, len(kind.vertices) - len(succeeded))
            repeated += sum(lines.values()) - len(lines) + sum(succeeded.values()) - len(succeeded)
        unknown = {name for name in os.listdir(self.lines) if int(name) not in self.started}
        if unknown:
            print(f"pipelines that nobody knows to have started: {sorted(unknown)[:5]}")
        return scripts, lost, repeated + len(unknown)

    def compare(self, name, values):
        """Prints the medians of the first and the last third; true: the last is no more."""
        third = len(values) // 3
        if not third:
            print(f"{name}: too few samples")
            return False
        first, last = statistics.median(values[:third]), statistics.median(values[-third:])
        # A few of what is counted in ones, or 2 MiB.
        least = 2 if "MiB" in name else 20
        flat = last <= first * (1 + GROWTH) + least
        print(f"{name}: first third {first:.1f}, last third {last:.1f}, most {max(values):.1f}: {'flat' if flat else 'IT GREW'}")
        return flat


def main():
    parser = argparse.ArgumentParser(prog="benches/soak.sh")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--hours", type=float)
    parser.add_argument("--rate", type=float, default=1, help="pipelines a second")
    parser.add_argument("--kill-every", type=float, default=60, help="seconds; 0: never")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--slots", type=int, default=8)
    given = parser.parse_args()
    given.binary = os.path.realpath(given.binary)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        soak = Soak(given, place)
        try:
            soak.run()
        finally:
            soak.over.set()
            soak.server.process.kill()
    sys.exit(0 if soak.well else 1)


main()
