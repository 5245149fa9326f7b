"""The command: the class that comes, and the training beside it. See the package for what is measured."""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import benchmarks.visitors as package
from benchmarks.arrivals import settled
from benchmarks.visitors.figures import MEMORY_SECONDS, Log, memory_of, shown, told
from benchmarks.visitors.look import USUAL, Look
from benchmarks.visitors.tones import tones
from benchmarks.visitors.visitor import Visitor, functions_of

RESULTS = Path(__file__).resolve().parents[1] / "results" / "visitors.json"
WARM_SECONDS = 300.0
MOST_VISITORS, MOST_MINUTES = 200, 60.0
ARRIVING_SECONDS = 3.0
OVER = ("finished", "failed", "crashed", "stopped", "disk_full")


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.visitors",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--visitors", type=int, default=50, help=f"at most {MOST_VISITORS}")
    parser.add_argument("--minutes", type=float, default=10.0, help=f"at most {MOST_MINUTES:g}")
    parser.add_argument("--seconds-between", type=float, default=10.0, help="between two things that a visitor does")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    if not (1 <= options.visitors <= MOST_VISITORS and 0 < options.minutes <= MOST_MINUTES):
        parser.error(f"1 to {MOST_VISITORS} visitors and at most {MOST_MINUTES:g} minutes were expected")
    seconds = 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder:
        tones(Path(folder) / "tones")
        flags = ["--data", f"{folder}/tones", "--limits", "hosted", "--job-seconds", str(int(seconds) + 600)]
        with settled(flags) as server:
            settings = {"seconds": seconds + WARM_SECONDS, "batch_size": 64, "probe_clips": 300}
            run = trained(server.port, f"{folder}/tones", settings)
            try:
                warmed(server.port, run)
                log = class_of(options.visitors, server.port, run, seconds, options.seconds_between, USUAL, server.pid)
            finally:
                ended(server.port, run)  # a trainer outlives its server
    found = {"visitors": options.visitors, "minutes": options.minutes, **told(log)}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found) if options.json else shown(found))


def trained(port: int, data: str, settings: Mapping[str, float]) -> str:
    """The name of a run that was started by the page's button, once it has its first map."""
    visitor = Visitor(port, 0)
    visitor.ask("/")
    functions = functions_of(visitor)
    visitor.call(functions["opened"], {})
    given = {
        "data": data,
        "method": "simclr",
        "encoder": "conv2d",
        "wrong": "",
        "settings": {"filled": {"run": settings}},
    }
    chosen = visitor.call(functions["start"], given)
    run = str(chosen[0]["run"])
    until = time.monotonic() + 180
    while True:
        news = json.loads(visitor.ask(f"/gradio_api/x/run/{run}/news"))
        if news["layouts"]["steps"]:
            visitor.close()
            return run
        if time.monotonic() > until or news["status"]["state"] in OVER:
            raise SystemExit(f"The training did not begin: {news['status']['state']} {news['status']['message']}")
        time.sleep(1)


def ended(port: int, run: str) -> None:
    """Stop the training by the page's button, and wait for it."""
    visitor = Visitor(port, 0)
    visitor.call(functions_of(visitor)["stop"], {}, run=run)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if json.loads(visitor.ask(f"/gradio_api/x/run/{run}/news"))["status"]["state"] in OVER:
            time.sleep(1)
            return
        time.sleep(0.5)


def warmed(port: int, run: str) -> None:
    """Do each thing once and leave out how long that takes: what it needs is imported and compiled by then."""
    until = time.monotonic() + WARM_SECONDS
    while True:
        log, visitor = Log(), Visitor(port, 0)
        visitor.ask("/")
        look = Look(visitor, functions_of(visitor), run, log, 1.0, USUAL)
        look.news()
        for kind in dict.fromkeys(USUAL):
            look.act(kind)
        visitor.close()
        if not log.errors:
            return
        if time.monotonic() > until:
            raise SystemExit(f"The server is not ready: {'; '.join(log.errors)}")
        time.sleep(1)


def class_of(
    visitors: int, port: int, run: str, seconds: float, between: float, kinds: tuple[str, ...], pid: int | None = None
) -> Log:
    """So many visitors for so long; `pid` is the process whose memory is looked at."""
    log, start = Log(), time.perf_counter() + 0.5
    first = Visitor(port, 0)
    functions = functions_of(first)
    first.close()
    looks = [
        Look(Visitor(port, 1 + number), functions, run, log, between, kinds, number % max(len(kinds), 1))
        for number in range(visitors)
    ]
    within = min(ARRIVING_SECONDS, seconds)
    threads = [
        threading.Thread(target=look.go, args=(start + within * number / visitors, start + seconds))
        for number, look in enumerate(looks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(MEMORY_SECONDS)
            if pid is not None:
                log.memory.append((time.perf_counter() - start, memory_of(pid)))
    return log


if __name__ == "__main__":
    main()
