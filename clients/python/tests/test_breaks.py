"""Connections that break, servers that begin anew, and a server that says "later"."""

import os
import signal
import socket
import threading
import time
import unittest
from typing import Callable, List

from server import Server
from trackyard import ApiError, Client, Unreachable

LATER = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Between:
    """Stands between a client and a server; `meddle(n, request)` says what becomes of the n-th connection:
    None: it is passed on; bytes: the answer, and the server sees nothing; "drop": the server does what is
    asked, and its answer is lost."""

    def __init__(self, server: Server, meddle: Callable[[int, bytes], object]) -> None:
        self.server, self.meddle = server, meddle
        self.requests: List[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                request = self._request(client)
                self.requests.append(request)
                fate = self.meddle(len(self.requests), request)
                if isinstance(fate, bytes):
                    client.sendall(fate)
                    continue
                host, _, port = self.server.url[len("http://") :].partition(":")
                with socket.create_connection((host, int(port))) as server:
                    # The server is to end the answer by closing.
                    server.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                    while True:
                        part = server.recv(65536)
                        if not part:
                            break
                        if fate != "drop":
                            client.sendall(part)

    def _request(self, client: socket.socket) -> bytes:
        got = b""
        while b"\r\n\r\n" not in got:
            got += client.recv(65536)
        head, _, body = got.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            part = client.recv(65536)
            body += part
            got += part
        return got


class Breaks(unittest.TestCase):
    def server(self, **settings: str) -> Server:
        old = dict(os.environ)
        os.environ.update({f"TRACKYARD_{name.upper()}": value for name, value in settings.items()})
        try:
            server = Server()
        finally:
            os.environ.clear()
            os.environ.update(old)
        self.addCleanup(server.close)
        return server

    def between(self, server: Server, meddle: Callable[[int, bytes], object]) -> Between:
        between = Between(server, meddle)
        self.addCleanup(between.close)
        return between

    def test_a_wait_and_a_log_outlive_their_server(self) -> None:
        server = self.server()
        client = server.client()
        go = server.file("go")
        client.save(
            f"name: slow\nvertices:\n  a: |\n    echo one; echo two\n"
            f"    while [ ! -e '{go}' ]; do sleep 0.1; done\n    echo three\n"
        )
        pipeline = client.start("slow")
        lines: List[str] = []
        two = threading.Event()

        def follow() -> None:
            for line in pipeline.track("a").follow():
                lines.append(line)
                if line == "two\n":
                    two.set()

        ends: List[str] = []
        threads = [
            threading.Thread(target=follow),
            threading.Thread(target=lambda: ends.append(pipeline.wait(120).state)),
        ]
        for thread in threads:
            thread.start()
        self.assertTrue(two.wait(60))
        before = server.url
        for how in (signal.SIGTERM, signal.SIGKILL):
            server.end(how)
            server.begin()
        self.assertNotEqual(server.url, before)
        go.touch()
        for thread in threads:
            thread.join(120)
        self.assertEqual(ends, ["FINISH"])
        self.assertEqual(lines, ["one\n", "two\n", "three\n"])

    def test_what_ended_while_no_server_ran_is_told(self) -> None:
        server = self.server()
        client = server.client()
        go = server.file("go")
        client.save(f"name: slow\nvertices:\n  a: |\n    while [ ! -e '{go}' ]; do sleep 0.1; done\n")
        pipeline = client.start("slow")
        ends: List[str] = []
        thread = threading.Thread(target=lambda: ends.append(pipeline.wait(120, check=True).state))
        thread.start()
        server.end(signal.SIGKILL)
        go.touch()
        server.begin()
        thread.join(120)
        self.assertEqual(ends, ["FINISH"])

    def test_a_start_whose_answer_is_lost_starts_once(self) -> None:
        server = self.server()
        server.client().save("name: once\nvertices: {a: 'true'}\n")
        between = self.between(server, lambda n, request: "drop" if n in (2, 3) else None)
        pipeline = Client(between.url, data=server.data).start("once")
        starts = [r for r in between.requests if r.startswith(b"POST")]
        self.assertEqual(len(starts), 3)
        self.assertEqual(len(set(starts)), 1)
        self.assertEqual([p.id for p in server.client().pipelines()], [pipeline.id])
        self.assertFalse(pipeline.replayed)

    def test_an_action_whose_answer_is_lost_is_not_sent_again(self) -> None:
        server = self.server()
        server.client().save("name: fails\nvertices: {a: 'false'}\n")
        between = self.between(server, lambda n, request: "drop" if request.startswith(b"POST") else None)
        pipeline = server.client().start("fails").wait(60)
        track = Client(between.url, data=server.data).track(pipeline.track("a").id)
        with self.assertRaisesRegex(Unreachable, "nobody knows whether it was done"):
            track.retry(expect="any")
        self.assertEqual(len([r for r in between.requests if r.startswith(b"POST")]), 1)
        pipeline.wait(60)
        self.assertEqual(pipeline.track("a").attempt, 2)

    def test_later_is_heard(self) -> None:
        server = self.server()
        server.client().save("name: later\nvertices: {a: 'true'}\n")
        between = self.between(server, lambda n, request: LATER if n <= 2 else None)
        begun = time.monotonic()
        Client(between.url, data=server.data).start(1)
        self.assertGreaterEqual(time.monotonic() - begun, 2.0)
        never = self.between(server, lambda n, request: LATER)
        with self.assertRaises(ApiError) as late:
            Client(never.url, data=server.data, patience=1.5).start(1)
        self.assertEqual((late.exception.status, late.exception.retry_after), (503, 1))
        self.assertEqual(len(never.requests), 2)
        # Nobody knows of this 503 that nothing was done: what must not be done twice is not sent again.
        track = server.client().pipeline(1).track("a")
        unsure = self.between(server, lambda n, request: LATER if request.startswith(b"POST") else None)
        with self.assertRaises(ApiError):
            Client(unsure.url, data=server.data).track(track.id).retry()
        self.assertEqual(len(unsure.requests), 2)

    def test_too_many_requests_are_slowed_down(self) -> None:
        server = self.server(token_rate="2")
        hasty = server.client(patience=0)
        with self.assertRaises(ApiError) as often:
            for _ in range(100):
                list(hasty.graphs())
        self.assertEqual((often.exception.status, often.exception.retry_after), (429, 1))
        for _ in range(3):
            list(server.client().graphs())

    def test_a_wait_does_without_a_stream(self) -> None:
        server = self.server(stream_viewers="1")
        client = server.client()
        go = server.file("go")
        client.save(f"name: slow\nvertices:\n  a: |\n    while [ ! -e '{go}' ]; do sleep 0.1; done\n")
        pipeline = client.start("slow")
        taken = client._wire.events("/stream?after=0")
        next(taken)
        self.addCleanup(taken.close)
        with self.assertRaises(TimeoutError):
            pipeline.wait(1.5)
        threading.Timer(0.5, go.touch).start()
        begun = time.monotonic()
        self.assertEqual(pipeline.wait(60).state, "FINISH")
        self.assertLess(time.monotonic() - begun, 15)

    def test_no_server_is_told_after_the_patience(self) -> None:
        server = self.server()
        server.client().save("name: x\nvertices: {a: 'true'}\n")
        pipeline = server.client(patience=0.5).start("x").wait(60)
        patient = server.client().pipeline(pipeline.id)
        server.end()
        try:
            with self.assertRaisesRegex(Unreachable, "no server works on"):
                pipeline.refresh()
            with self.assertRaises(TimeoutError):
                patient.wait(0.5)
        finally:
            server.begin()


if __name__ == "__main__":
    unittest.main()
