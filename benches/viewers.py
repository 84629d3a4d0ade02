#!/usr/bin/env python3
"""What live streams cost: memory of idle viewers, then events for all of them.

    benches/viewers.py PROGRAM [--viewers 500] [--rate 200] [--seconds 10]

Starts a server of its own on a temporary directory and a free port, and ends it. Prints how much
memory each viewer costs, how much of a core the server needs, how many events arrived of those that
were sent, and how late the last of each burst was.
"""

import argparse
import asyncio
import json
import os
import resource
import tempfile
import time

from ours import Server

TRACKS = 100


class Viewer:
    def __init__(self):
        self.events, self.last, self.open = 0, 0.0, True

    async def watch(self, server, ready):
        host, port = server.place.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()
        )
        rest = await reader.readuntil(b"retry")
        assert rest.startswith(b"HTTP/1.1 200"), rest
        ready.release()
        while chunk := await reader.read(1 << 16):
            self.events += chunk.count(b"event: ")
            self.last = time.monotonic()
        self.open = False


async def measure(arguments, server):
    yaml = "name: g\nvertices:\n  v: sleep 1000\n" + "".join(
        f"  v{n}: {{script: 'true', needs: [v]}}\n" for n in range(TRACKS)
    )
    pipeline = server.start(server.define(yaml))
    await asyncio.sleep(1)
    before = server.memory()
    ready = asyncio.Semaphore(0)
    viewers = [Viewer() for _ in range(arguments.viewers)]
    tasks = [asyncio.create_task(viewer.watch(server, ready)) for viewer in viewers]
    for _ in viewers:
        await ready.acquire()
    await asyncio.sleep(1)
    idle = server.memory()
    used = server.cpu()
    await asyncio.sleep(3)
    print(f"{len(viewers)} idle viewers: {idle - before:.1f} MiB, {(idle - before) * 1024 / len(viewers):.1f} KiB each, "
          f"{(server.cpu() - used) / 3 * 100:.1f} % of a core")

    used, began, own = server.cpu(), time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    late = []
    bursts = int(arguments.seconds * arguments.rate / TRACKS)
    for burst in range(bursts):
        action = ("stop", "retry-failed")[burst % 2]
        body = json.dumps({"expect": "any", "why": "measured"})
        start = time.monotonic()
        while True:
            try:
                await asyncio.to_thread(server.api, "POST", f"/pipelines/{pipeline}/{action}", body)
                break
            except AssertionError:
                # What was asked before is not done yet.
                await asyncio.sleep(0.02)
        await asyncio.sleep(max(0, began + (burst + 1) * TRACKS / arguments.rate - time.monotonic()))
        late.append(max(viewer.last for viewer in viewers) - start)
    took = time.monotonic() - began
    server_cpu = (server.cpu() - used) / took * 100
    await asyncio.sleep(2)
    most = max(viewer.events for viewer in viewers)
    whole = sum(viewer.events == most for viewer in viewers)
    total = sum(viewer.events for viewer in viewers)
    print(f"{most / took:.0f} events/s for {len(viewers)} viewers: {total / took:.0f} deliveries/s, {server_cpu:.0f} % of a core, "
          f"{whole} viewers got all {most}, {sum(not v.open for v in viewers)} were cut off; "
          f"the last had a burst after {sorted(late)[len(late) // 2] * 1000:.0f} ms (median, most {max(late) * 1000:.0f} ms); "
          f"memory {server.memory() - before:.1f} MiB more than without viewers")
    for task in tasks:
        task.cancel()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.environ["TRACKYARD_STREAM_VIEWERS"] = "100000"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        server = Server(arguments.program, data)
        try:
            asyncio.run(measure(arguments, server))
        finally:
            # The supervisors end what runs, and themselves, once nobody speaks with them.
            server.api("POST", "/pipelines/1/kill", '{"expect": "any", "why": "measured"}')
            began = time.monotonic()
            server.end()
            print(f"the server ended within {(time.monotonic() - began) * 1000:.0f} ms of SIGTERM")


if __name__ == "__main__":
    main()
