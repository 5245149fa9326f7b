"""The process that decodes: `python -m training.data.decoder_process DESCRIPTOR`, started by `decode.py` alone.

It answers requests on a socket, one after the other, and lives under limits of its own, so that no file can take the
machine's memory, fill its disk or keep a core busy for ever. Answers are bytes, never pickles: their reader trusts no
decoder.
"""

import json
import resource
import sys
from multiprocessing.connection import Connection
from typing import Any

from training.data.decoding import Decoding, metadata_of
from training.data.sniff import NotRead
from training.process import address_space, limit

READY, SAMPLES, DONE, FAILED = b"R", b"S", b"D", b"F"
MEMORY_BYTES = 512 * 2**20
"""Address space beyond what the loaded libraries take."""
CPU_SECONDS_AN_ANSWER = 10
IDLE_SECONDS = 60.0
"""After which it ends by itself; it is started again when needed."""


def main() -> None:
    """Answer requests on the connection named on the command line until it closes or is idle for IDLE_SECONDS."""
    _limit()
    connection = Connection(int(sys.argv[1]))
    connection.send_bytes(READY)
    try:
        while connection.poll(IDLE_SECONDS):
            _answer(connection, **json.loads(connection.recv_bytes()))
    except (EOFError, BrokenPipeError):
        return  # nobody is there any more


def _answer(
    connection: Connection, path: str, follow_links: bool, max_seconds: float | None, only_metadata: bool
) -> None:
    _restart_cpu_limit()
    try:
        if only_metadata:
            about = {"metadata": metadata_of(path, follow_links=follow_links)}
        else:
            about = _decode(connection, Decoding(path, follow_links=follow_links, max_seconds=max_seconds))
    except NotRead as error:
        connection.send_bytes(FAILED + json.dumps(str(error)).encode())
    except MemoryError:
        connection.send_bytes(FAILED + json.dumps("it needs more memory than a sound should").encode())
    else:
        connection.send_bytes(DONE + json.dumps(about).encode())


def _decode(connection: Connection, decoding: Decoding) -> dict[str, Any]:
    """Send the blocks; returns what is said of them at the end."""
    for block in decoding:
        connection.send_bytes(SAMPLES + block.tobytes())
        _restart_cpu_limit()
    return {"notes": decoding.notes, "rate": decoding.rate, "clipped": decoding.clipping.seconds()}


def _limit() -> None:
    limit(resource.RLIMIT_AS, address_space(otherwise=2**30) + MEMORY_BYTES)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CORE, 0)


def _restart_cpu_limit() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CPU_SECONDS_AN_ANSWER)


if __name__ == "__main__":
    main()
