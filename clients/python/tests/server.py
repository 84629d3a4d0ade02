"""A real server of a test's own: `TRACKYARD` names the program."""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

from trackyard import Client

PROGRAM = os.environ.get("TRACKYARD") or "trackyard"


class Server:
    """A server at a port of its own, with a data directory of its own."""

    def __init__(self, *flags: str) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="trackyard-python-")
        self.data = Path(self.directory.name) / "data"
        self.flags = flags
        self.begin()

    def begin(self) -> None:
        """Starts it, and waits until it says where it answers."""
        command = [PROGRAM, "serve", "--port", "0", "--data", str(self.data), *self.flags]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=self.directory.name
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(r"http://[\d.]+:\d+", line)
            if found:
                self.url = found.group()
                return
        raise AssertionError(f"the server ended with {self.process.wait()}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends this one process, and waits until it is gone. Scripts go on."""
        self.process.send_signal(how)
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def close(self) -> None:
        """Ends what its tests left running, then itself."""
        client = self.client()
        for pipeline in client.pipelines():
            if not pipeline.finished:
                pipeline.kill()
                pipeline.wait(20)
        self.end()
        self.directory.cleanup()

    def client(self, patience: float = 30.0) -> Client:
        """A client that finds everything in the data directory."""
        return Client(data=self.data, patience=patience)

    def file(self, name: str) -> Path:
        """A file that scripts and tests share."""
        return Path(self.directory.name) / name
