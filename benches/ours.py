"""A server of its own for a benchmark: on a data directory and a free port, asked over one connection."""

import copy
import http.client
import json
import os
import re
import subprocess
import time
from urllib.parse import urlsplit


# A connection that nothing was asked on for longer may have been closed by the server.
IDLE = 3


class Server:
    """`flags` as for `trackyard serve`; `up` is how many seconds it took until it said where it is, with `ready` until
    `/readyz` answered."""

    def __init__(self, program, data, *flags, ready=False):
        self.spool = os.path.join(os.path.realpath(data), "spool")
        command = [program, "serve", "--port", "0", "--data", data, *flags]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        links = (re.search(r"http://\S+/sign-in\?code=\w+", line) for line in self.process.stdout)
        link = next(link[0] for link in links if link)
        self.place = urlsplit(link).netloc
        self.wire = http.client.HTTPConnection(self.place)
        self.asked = time.monotonic()
        while ready and self.ask("GET", "/readyz")[0].status != 200:
            pass
        self.up = time.perf_counter() - began
        with open(f"{data}/local.token") as token:
            self.token = token.read().strip()
        answer, _ = self.ask("GET", link)
        self.cookie = answer.getheader("Set-Cookie").split(";")[0]

    def beside(self):
        """The same server over a connection of its own, for another thread."""
        other = copy.copy(self)
        other.wire = http.client.HTTPConnection(self.place)
        return other

    def ask(self, method, path, body=None, **headers):
        """The answer and its bytes; headers with `_` for `-`."""
        if time.monotonic() - self.asked > IDLE:
            # The next request opens it again.
            self.wire.close()
        self.wire.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = self.wire.getresponse()
        text = answer.read()
        self.asked = time.monotonic()
        return answer, text

    def api(self, method, path, body=None, media="application/json", **headers):
        headers |= {"Authorization": f"Bearer {self.token}", "Content_Type": media}
        answer, text = self.ask(method, f"/api/v1{path}", body, **headers)
        assert answer.status < 300, (path, answer.status, text)
        return json.loads(text) if text else None

    def define(self, text):
        """Saves a graph; gives its number."""
        return self.api("POST", "/graphs", text, "application/yaml")["id"]

    def start(self, graph, **options):
        """Starts a pipeline; gives its number."""
        return self.api("POST", f"/graphs/{graph}/pipelines", json.dumps(options))["id"]

    def over(self, run):
        """Waits until nothing of a pipeline moves any more; gives the pipeline."""
        while True:
            stands = self.api("GET", f"/pipelines/{run}?wait=60s")
            if stands["finished_at"] is not None:
                return stands

    def metric(self, name):
        """The value of a metric, with its labels as they are written there."""
        _, text = self.ask("GET", "/metrics", Authorization=f"Bearer {self.token}")
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text.decode(), re.MULTILINE)[1])

    def supervisors(self):
        """The processes that watch scripts of this data directory."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self.spool in words(pid)[2:3]]

    def memory(self, supervisors=False):
        """MiB that are its own, or shared with nobody else; with its supervisors if asked for."""
        pids = [self.process.pid, *(self.supervisors() if supervisors else [])]
        return sum(map(memory, pids)) / 1024

    def cpu(self):
        """Seconds for which it has kept a core busy."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.terminate()
        self.process.wait(30)

    def kill(self):
        """It dies at once; its supervisors and scripts live on."""
        self.process.kill()
        self.process.wait()


def words(pid):
    """The command line of a process; none when it has gone."""
    try:
        with open(f"/proc/{pid}/cmdline") as line:
            return line.read().split("\0")
    except OSError:
        return []


def memory(pid):
    """KiB in memory: each page that several processes share counts by its part. None of one that has gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except OSError:
        return 0
