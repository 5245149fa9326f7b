"""Forty clients send byte by byte, never read what they asked for, or ask for much at once; others are served meanwhile.

A page fetched by somebody else is there within two seconds, every time.
"""

import socket
import threading
import time

from benchmarks.drills.ground import Ground, Served
from benchmarks.drills.tally import Tally, expect
from training.run import create_run

CLIENTS = 40
PAGE_SECONDS = 2.0
DRIP_SECONDS = 0.2
LASTS_SECONDS = 40.0
SETTLES_SECONDS = 15.0
"""The server imports what a first start of a training needs a few seconds after it was opened."""


def drill(ground: Ground, tally: Tally) -> None:
    """Fetch pages one after the other while all of them are there."""
    runs = ground.folder / "runs"
    create_run(runs / "run", {"method": "simclr"})
    clients = 8 if ground.quick else CLIENTS
    ended = threading.Event()
    with ground.served(runs) as served:
        time.sleep(0 if ground.quick else SETTLES_SECONDS)
        slow = [threading.Thread(target=be_slow, args=(served, number, ended)) for number in range(clients)]
        for client in slow:
            client.start()
        try:
            until = time.monotonic() + (2 if ground.quick else LASTS_SECONDS)
            longest = 0.0
            while time.monotonic() < until:
                with tally.one(f"page {tally.tried + 1}"):
                    began = time.monotonic()
                    for path in ("/", "/gradio_api/x/run/run/news"):
                        served.fetch(path)
                    took = time.monotonic() - began
                    longest = max(longest, took)
                    expect(ground.quick or took <= PAGE_SECONDS, f"It took {took:.1f} s.")
                time.sleep(0.2)
        finally:
            ended.set()
            for client in slow:
                client.join()
        tally.notes["longest_seconds"] = round(longest, 2)


def be_slow(served: Served, number: int, ended: threading.Event) -> None:
    """One client, of four kinds in turn; it connects anew when it is sent away."""
    while not ended.is_set():
        try:
            with socket.create_connection(("127.0.0.1", served.port), timeout=5) as connection:
                (drip_head, drip_upload, never_read, hold_queue)[number % 4](connection, ended)
        except OSError:
            ended.wait(DRIP_SECONDS)


def drip_head(connection: socket.socket, ended: threading.Event) -> None:
    """Never comes to the end of its request's first lines."""
    drip(connection, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"x" * 100_000, ended)


def drip_upload(connection: socket.socket, ended: threading.Event) -> None:
    """Uploads a sound byte by byte."""
    head = (
        b"POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
    )
    connection.sendall(head)
    drip(connection, b"x" * 1_000_000, ended)


def never_read(connection: socket.socket, ended: threading.Event) -> None:
    """Asks for the page again and again, and takes nothing."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 8)
    ended.wait()


def hold_queue(connection: socket.socket, ended: threading.Event) -> None:
    """Waits for answers to what it never asked."""
    connection.sendall(b"GET /gradio_api/heartbeat/slow%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % connection.fileno())
    while not ended.is_set():
        connection.settimeout(0.5)
        try:
            if not connection.recv(1024):
                return
        except TimeoutError:
            continue


def drip(connection: socket.socket, content: bytes, ended: threading.Event) -> None:
    """Send byte by byte until it is over. Raises OSError when it is sent away."""
    for start in range(len(content)):
        if ended.wait(DRIP_SECONDS):
            return
        connection.sendall(content[start : start + 1])
