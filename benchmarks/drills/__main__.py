"""Hold the drills, print what was tried, what survived and what was lost, and keep it in benchmarks/results/drills.json."""

import argparse
import importlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.drills.ground import Ground, own_folder
from benchmarks.drills.tally import Lost, NotHeld, Tally

RESULTS = Path(__file__).resolve().parents[1] / "results" / "drills.json"
DRILLS = {
    "trainer": "kill -9 of the trainer, at random and in a save",
    "page": "kill -9 of the page's server while a run is trained",
    "projector": "kill -9 of the process that makes the maps",
    "embedder": "kill -9 of the process that embeds sounds",
    "disk": "the disk is full, on a small file system of its own",
    "folders": "folders of runs are mutilated, and everybody looks",
    "clock": "the clock jumps by a day, back and forth",
    "restart": "the server is restarted under an open page",
    "slow": "40 clients who send and read slowly",
    "arrivals": "30 visitors arrive within 3 seconds",
}
ALLOWED_LINES = 1
"""Lines of metrics that a kill may cost."""


def main() -> None:
    """Hold those that are named, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.drills",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:10} {what}" for name, what in DRILLS.items()),
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="drills to hold (default: all)")
    parser.add_argument("--quick", action="store_true", help="a kill or two of each, in seconds; nothing is kept")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.add_argument("--kills", type=int, default=50, help="kills of each process (default: %(default)s)")
    parser.add_argument("--folders", type=int, default=10_000, help="folders to mutilate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of what happens at random (default: %(default)s)")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in DRILLS]
    if unknown:
        parser.error(f"there is no drill {unknown[0]}; one of {', '.join(DRILLS)} was expected")
    kept = _cache() / "drills"
    kills, folders = (1, 5) if options.quick else (options.kills, options.folders)
    found: dict[str, dict[str, Any]] = {}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with own_folder() as folder:
        ground = Ground(folder, "", kills, folders, options.quick, random.Random(), kept)
        for name in options.names or DRILLS:
            ground.name, ground.chance = name, random.Random(f"{name} {options.seed}")
            found[name] = held(name, ground).to_json()
            if not options.json:
                print(row(name, found[name]), flush=True)
            if not options.quick:
                keep(found)
    if options.json:
        print(json.dumps(found, indent=1))
    if not all(map(passed, found.values())):
        sys.exit(1)


def passed(counts: dict[str, Any]) -> bool:
    """Whether nothing was lost but what may be."""
    return "not_held" in counts or (not counts["lost"] and counts["torn_lines"] <= counts["tried"] * ALLOWED_LINES)


def held(name: str, ground: Ground) -> Tally:
    """The count of one drill."""
    tally = Tally(name)
    began = time.perf_counter()
    try:
        importlib.import_module(f"benchmarks.drills.{name}").drill(ground, tally)
    except NotHeld as error:
        tally.not_held = str(error)
    except Lost as error:
        tally.losses.append(str(error))
    finally:
        ground.close()
    tally.seconds = time.perf_counter() - began
    return tally


def row(name: str, counts: dict[str, Any]) -> str:
    """One line of the table, and its losses below it."""
    if "not_held" in counts:
        return f"{name:10} not held: {counts['not_held']}"
    told = (f"{counts[what]:>6} {what.replace('_', ' ')}" for what in ("tried", "survived", "lost", "torn_lines"))
    losses = counts["losses"]
    return "\n".join(
        [f"{name:10} {'  '.join(told)}  {counts['seconds']:>7} s  {DRILLS[name]}", *(f"    {loss}" for loss in losses)]
    )


def keep(found: dict[str, dict[str, Any]]) -> None:
    """Take the counts into the results; those of drills that were not held now stay."""
    try:
        before = json.loads(RESULTS.read_text())
    except (OSError, ValueError):
        before = {}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({name: (before | found)[name] for name in DRILLS if name in before | found}, indent=1) + "\n"
    )


def _cache() -> Path:
    from training.data.cache import cache_root

    return cache_root()


if __name__ == "__main__":
    os.nice(5)
    main()
