#!/usr/bin/env python3
"""What WebSockets cost whose readers do not read: memory of the server while events come.

    benches/slow_readers.py PROGRAM [--readers 100] [--rate 200] [--seconds 60]

Starts a server of its own on a temporary directory and a free port, and ends it. One pipeline runs short
scripts, so many that there are `rate` events each second. It is run twice, without readers and with as
many that never read, and what the server's memory has grown by is printed for both. So that they stand
still at once, the buffers of the system should be small, in a network of their own:

    unshare -rn sh -c 'ip link set lo up && sysctl -qw net.ipv4.tcp_wmem="4096 4096 4096" && exec benches/slow_readers.py PROGRAM'
"""

import argparse
import base64
import json
import os
import socket
import tempfile
import time

from ours import Server

SLOTS = 8
# Of the kernel's states of a connection.
ESTABLISHED = 1


def reader(server, pipeline):
    host, port = server.place.rsplit(":", 1)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /ws/{pipeline}?after=0 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.token}\r\n"
        f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    assert connection.recv(12) == b"HTTP/1.1 101"
    return connection


def is_open(connection):
    """Whether the server has not cut it off."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED


def ended(server):
    return int(server.metric('trackyard_attempts_ended_total{reason="success"}'))


def measure(arguments, readers):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as data:
        server = Server(arguments.program, data)
        try:
            # Each track has two events, when it starts and when it ends.
            tracks = arguments.rate * arguments.seconds
            nap = 2 * SLOTS / arguments.rate
            vertices = "".join(f"  v{n}: sleep {nap}\n" for n in range(tracks))
            pipeline = server.start(server.define(f"name: g\nvertices:\n{vertices}"))
            time.sleep(2)
            before, first, began = server.memory(), ended(server), time.monotonic()
            sockets = [reader(server, pipeline) for _ in range(readers)]
            most, cut = before, None
            while time.monotonic() - began < arguments.seconds:
                time.sleep(0.5)
                most = max(most, server.memory())
                if cut is None and sockets and not any(map(is_open, sockets)):
                    cut = time.monotonic() - began
            rate = 2 * (ended(server) - first) / (time.monotonic() - began)
            words = f"{sum(map(is_open, sockets))} are open" + (f", the last was cut off after {cut:.0f} s" if cut else "")
            print(
                f"{readers} readers, {rate:.0f} events/s: {most - before:.1f} MiB more at most, "
                f"{server.memory() - before:.1f} MiB at the end; {words}"
            )
            server.api("POST", f"/pipelines/{pipeline}/kill", json.dumps({"expect": "any", "why": "measured"}))
        finally:
            server.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--readers", type=int, default=100)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    os.environ["TRACKYARD_SLOTS"] = str(SLOTS)
    for readers in (0, arguments.readers):
        measure(arguments, readers)


if __name__ == "__main__":
    main()
