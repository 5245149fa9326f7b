"""What a class costs the training: steps a second beside 20 visitors, for each of those beside none.

    python -m benchmarks.visitors.beside [--visitors 20] [--spell 10] [--rounds 6]

A run of the default settings is started by the page's button. Once it has a map the visitors come and go within this one
training, by spells: nobody, all who only look on, nobody, all who also do something every ten seconds as in
`benchmarks.visitors`, and so on. A spell is compared with the two of nobody around it, since the speed of a machine drifts
by more than a class costs. Who looks on asks for news once a second, half as often as an open page. The visitors themselves run on
this machine, too. Results: benchmarks/results/beside.json, kept after each round.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.arrivals import settled
from benchmarks.served import Served
from benchmarks.visitors.__main__ import ended, trained, warmed
from benchmarks.visitors.figures import Log
from benchmarks.visitors.look import USUAL, Look
from benchmarks.visitors.visitor import Visitor, functions_of
from training.data import open_dataset
from training.run import RunFolder, find_runs
from training.run.metrics_file import latest_values

RESULTS = Path(__file__).resolve().parents[1] / "results" / "beside.json"
WAYS: dict[str, tuple[str, ...]] = {"looking_on": (), "acting": USUAL}
"""What a visitor does besides asking for news."""
BETWEEN_SECONDS = 10.0
LONGEST_SECONDS = 3600.0
"""Of the training, which is stopped when all was measured."""
AMONG_THEM_SECONDS = 2.0
"""Of a spell, before it counts: what the last one began is done then."""


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--spell", type=float, default=10.0, help="seconds")
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    open_dataset("starter")
    flags = ["--limits", "hosted", "--job-seconds", str(int(LONGEST_SECONDS))]
    with tempfile.TemporaryDirectory() as folder, settled([*flags, "--runs", folder]) as server:
        name = trained(server.port, "starter", {"seconds": LONGEST_SECONDS})
        try:
            warmed(server.port, name)
            run = next(run for run in find_runs(Path(folder)) if run.path.name == name)
            in_spells(options, server, run)
        finally:
            ended(server.port, name)  # a trainer outlives its server


def in_spells(options: argparse.Namespace, server: Served, run: RunFolder) -> None:
    """All rounds, each kept."""
    classes = {way: arrived(options.visitors, server.port, run.path.name, kinds) for way, kinds in WAYS.items()}
    alone = [spell(run, server, options.spell, _nobody)["speed"]]
    rounds: list[dict[str, float]] = []
    for number in range(options.rounds):
        found: dict[str, float] = {}
        for way, looks in classes.items():
            beside = spell(run, server, options.spell, partial(together, looks))
            alone.append(spell(run, server, options.spell, _nobody)["speed"])
            found[way] = beside["speed"] / statistics.mean(alone[-2:])
            found[f"{way}_server"] = beside["server"]
        rounds.append(found)
        print(f"round {number + 1}: {found}", flush=True)
        told: dict[str, Any] = {way: statistics.median(found[way] for found in rounds) for way in rounds[0]}
        errors = sum(sum(look.log.errors.values()) for looks in classes.values() for look in looks[:1])
        told |= {"visitors": options.visitors, "errors": errors, "spell_seconds": options.spell, "rounds": rounds}
        RESULTS.write_text(json.dumps(told, indent=1) + "\n")


def arrived(visitors: int, port: int, run: str, kinds: tuple[str, ...]) -> list[Look]:
    """A class that has opened the page; its visitors share a log."""
    first, log = Visitor(port, 0), Log()
    functions = functions_of(first)
    first.close()
    looks = [
        Look(Visitor(port, 1 + number), functions, run, log, BETWEEN_SECONDS, kinds, number % max(len(kinds), 1))
        for number in range(visitors)
    ]
    for look in looks:
        look.arrive()
        look.news()
        look.visitor.close()
    return looks


def together(looks: list[Look], until: float) -> None:
    """All visitors of a class, their questions spread evenly over a second."""
    now = time.perf_counter()
    waits = [threading.Thread(target=look.stay, args=(now + i / len(looks), until)) for i, look in enumerate(looks)]
    for thread in waits:
        thread.start()
    for thread in waits:
        thread.join()


def spell(run: RunFolder, server: Served, seconds: float, beside: Callable[[float], None]) -> dict[str, float]:
    """Steps a second of the training while `beside(until)` lasts, and which share of a core the server took."""
    thread = threading.Thread(target=beside, args=(time.perf_counter() + seconds,))
    thread.start()
    time.sleep(AMONG_THEM_SECONDS)
    began, used, before = time.perf_counter(), server.processor_seconds(), latest_values(run.metrics_path())
    thread.join()
    now, after = time.perf_counter(), latest_values(run.metrics_path())
    return {
        "speed": (after["step"] - before["step"]) / (after["seconds"] - before["seconds"]),
        "server": (server.processor_seconds() - used) / (now - began),
    }


def _nobody(until: float) -> None:
    time.sleep(max(0.0, until - time.perf_counter()))


if __name__ == "__main__":
    main()
