"""What a class that looks on costs the training: steps a second beside 20 visitors, for each of those without any.

    python -m benchmarks.visitors.beside [--visitors 20] [--seconds 90] [--rounds 3]

A run of the default settings is started by the page's button. From its first map on the visitors ask for its news once a
second, as an open page does; in a second run each also does something every ten seconds, as in `benchmarks.visitors`.
Trainings of the same length without a server, one just before and one just after, give the steps to compare with, over the
same seconds. The visitors themselves run on this machine, too. Results: benchmarks/results/beside.json, kept after each
round.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from benchmarks.arrivals import settled
from benchmarks.page import steps_per_second, throughput, train_alone, trained_seconds
from benchmarks.visitors.__main__ import class_of, ended, trained, warmed
from benchmarks.visitors.look import USUAL
from training.data import open_dataset
from training.run import find_runs

RESULTS = Path(__file__).resolve().parents[1] / "results" / "beside.json"
WAYS: dict[str, tuple[str, ...]] = {"looking_on": (), "acting": USUAL}
"""What a visitor does besides asking for news."""
BETWEEN_SECONDS = 10.0
MARGIN_SECONDS = 5.0
"""Before the end, where the last snapshot is taken."""


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=90.0, help="of each training")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    open_dataset("starter")
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        alone = [train_alone(Path(folder) / "alone", options.seconds)]
        for number in range(options.rounds):
            found: dict[str, float] = {}
            for way, kinds in WAYS.items():
                with settled(["--limits", "hosted", "--runs", f"{folder}/{number} {way}"]) as server:
                    name = trained(server.port, "starter", {"seconds": options.seconds})
                    run = next(run for run in find_runs(Path(folder) / f"{number} {way}") if run.path.name == name)
                    if kinds:
                        warmed(server.port, name)
                    since = trained_seconds(run)
                    lasting = options.seconds - since - MARGIN_SECONDS
                    log = class_of(options.visitors, server.port, name, lasting, BETWEEN_SECONDS, kinds, server.pid)
                    until = trained_seconds(run)
                    ended(server.port, name)
                alone.append(train_alone(Path(folder) / f"alone {number} {way}", options.seconds))
                found[way] = throughput(run, (alone[-2], alone[-1]), since, until)
                found[f"{way}_errors"] = sum(log.errors.values())
            rounds.append(found)
            print(f"round {number + 1}: {found}", flush=True)
            speeds = [steps_per_second(run, 0, options.seconds) for run in alone]
            told = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
            told |= {"visitors": options.visitors, "alone_slowest_to_fastest": min(speeds) / max(speeds)}
            RESULTS.write_text(json.dumps(told | {"rounds": rounds}, indent=1) + "\n")


if __name__ == "__main__":
    main()
