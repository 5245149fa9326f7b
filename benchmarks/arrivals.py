"""What an arriving visitor costs, and how long a class that arrives together waits.

    python -m benchmarks.arrivals [--visits 20] [--visitors 30] [--within 3] [--json]

The server is started as a user starts it, on a folder without runs. First the page is fetched several times, one after
the other: seconds of the server's processor time for each. Then visitors arrive evenly spread over a few seconds; each
fetches the page, and then, as a browser without a cache does, every script and style sheet that the page names: seconds
from the arrival until the page and until all of it was there. Results are written to benchmarks/results/arrivals.json.
Needs /proc.
"""

import argparse
import http.client
import json
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from benchmarks.served import Served, served

RESULTS = Path(__file__).parent / "results" / "arrivals.json"
ANSWER_SECONDS = 120
SETTLE_SECONDS = 15
"""The server imports what a first start of a training needs a few seconds after it was opened."""
NAMED = re.compile(rb"""<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+)\"""")


@dataclass
class Visit:
    """How one visitor fared, in seconds from the arrival."""

    page: float = 0.0
    all: float = 0.0
    wrong: str = ""


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=20, help="pages fetched one after the other")
    parser.add_argument("--visitors", type=int, default=30, help="visitors who arrive together")
    parser.add_argument("--within", type=float, default=3.0, help="seconds in which they arrive")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with settled() as server:
        found = one_by_one(server, options.visits) | together(server, options.visitors, options.within)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found) if options.json else "\n".join(f"{name:28} {value:10.3f}" for name, value in found.items()))


@contextmanager
def settled(flags: Sequence[str] = ()) -> Iterator[Served]:
    """A server with a folder, a cache and no runs of its own, that has done what it does after it was opened."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder, "runs"), *flags, GRADIO_TEMP_DIR=f"{folder}/gradio") as server,
    ):
        time.sleep(SETTLE_SECONDS)
        yield server


def one_by_one(server: Served, visits: int) -> dict[str, float]:
    """The page fetched `visits` times in turn: processor and passed seconds for each, and its bytes."""
    size = len(fetched(server.port, "/"))
    began, before = time.perf_counter(), server.processor_seconds()
    for _ in range(visits):
        fetched(server.port, "/")
    return {
        "page_processor_seconds": (server.processor_seconds() - before) / visits,
        "page_seconds": (time.perf_counter() - began) / visits,
        "page_bytes": size,
    }


def together(server: Served, visitors: int, within: float) -> dict[str, float]:
    """`visitors` who arrive evenly spread over `within` seconds: median, 95th percentile and longest wait."""
    visits = [Visit() for _ in range(visitors)]
    start = time.perf_counter() + 0.5
    arriving = [
        threading.Thread(target=_visit, args=(server.port, start + within * number / visitors, visit))
        for number, visit in enumerate(visits)
    ]
    for thread in arriving:
        thread.start()
    for thread in arriving:
        thread.join()
    found: dict[str, float] = {"visitors_failed": sum(bool(visit.wrong) for visit in visits)}
    for name in ("page", "all"):
        waits = [getattr(visit, name) for visit in visits if not visit.wrong]
        if len(waits) > 1:
            found[f"{name}_median_seconds"] = statistics.median(waits)
            found[f"{name}_p95_seconds"] = statistics.quantiles(waits, n=20, method="inclusive")[-1]
            found[f"{name}_longest_seconds"] = max(waits)
    return found


def fetched(port: int, path: str, connection: http.client.HTTPConnection | None = None) -> bytes:
    """One answer's body. Raises OSError where it isn't 200."""
    asked = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    asked.request("GET", path, headers={"Accept-Encoding": "gzip"})
    reply = asked.getresponse()
    body = reply.read()
    if reply.status != 200:
        raise OSError(f"{path} was answered by {reply.status}")
    if connection is None:
        asked.close()
    return body


def _visit(port: int, arrival: float, visit: Visit) -> None:
    time.sleep(max(0.0, arrival - time.perf_counter()))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        page = fetched(port, "/", connection)
        visit.page = time.perf_counter() - arrival
        for named in dict.fromkeys(NAMED.findall(page)):
            url = urlsplit(urljoin(f"http://127.0.0.1:{port}/", named.decode()))
            if url.port == port and not url.path.endswith("manifest.json"):
                fetched(port, url.path, connection)
        visit.all = time.perf_counter() - arrival
    except (OSError, http.client.HTTPException) as error:
        visit.wrong = str(error)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
