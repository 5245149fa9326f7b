"""What each measure of the representation costs.

    python -m benchmarks.measures [--clips 2048] [--width 512] [--projection 128] [--rounds 9] [--json]
    python -m benchmarks.measures --data FOLDER [--seconds 60]

Milliseconds of the processor in one thread on made embeddings, the fastest of the rounds, so that other load on the machine
matters little; "by the clock" is what all of them take in two threads, which other load makes longer, and is told with the
load. Cheap measures are taken by the trainer at every snapshot: what they share (σ of h, σ of z, the votes of the neighbours)
is told for itself, "together" is all of them at once, as a snapshot takes them. Thorough ones are of one stage as wide as h,
on demand.

With --data a default run is trained instead: which share of its own time its snapshots' measures take, preparing and embedding left out.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from training import snapshot
from training.config import new_config
from training.measures import MEASURES, THOROUGH, measure, measured
from training.measures.discriminant import VIEWS
from training.measures.knn import knn_votes
from training.measures.measure import Embedded, singular_values
from training.measures.stage import Stage
from training.run import create_run
from training.snapshot import PAIRS
from training.trainer import train

GROUPS, CLASSES = 6, 10
TIMED: tuple[tuple[Any, str], ...] = (
    (snapshot, "cross_group_votes"), (snapshot, "measured"), (snapshot, "cosine_shares"), (measure, "singular_values"),
)  # fmt: skip
"""What a snapshot measures by; none is called within another, as σ is known when the measures are taken."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=2048)
    parser.add_argument("--width", type=int, default=512, help="of h")
    parser.add_argument("--projection", type=int, default=128, help="of z")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.add_argument("--data", help="train a default run on these sounds")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long")
    options = parser.parse_args()
    if options.data:
        print(json.dumps(share_of_a_run(options.data, options.seconds)))
        return
    found = costs(options.clips, options.width, options.projection, options.rounds)
    if options.json:
        json.dump(found, sys.stdout, indent=1)
        print()
        return
    print(f"{options.clips} clips, h {options.width}, z {options.projection}: processor milliseconds in one thread")
    for kind in ("shared", "cheap", "thorough"):
        for name, milliseconds in found[kind].items():
            print(f"  {kind:9} {name:24} {milliseconds:8.2f}")
    load = ", ".join(f"{value:.1f}" for value in found["load"])
    print(f"  all cheap ones together {found['together']:17.1f}\n  without kNN {found['together_without_knn']:29.1f}")
    print(f"  by the clock, in two threads {found['by_the_clock']:12.1f}  (load {load})")


def costs(clips: int, width: int, projection: int, rounds: int) -> dict[str, Any]:
    """Milliseconds by name: "shared", "cheap", "thorough", and of the cheap ones "together" and, in two threads, "by_the_clock"."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        clock = _by_the_clock(clips, width, projection, rounds)
        torch.set_num_threads(1)
        return {**_costs(clips, width, projection, rounds), "by_the_clock": clock, "load": os.getloadavg()}
    finally:
        torch.set_num_threads(threads)


def share_of_a_run(data: str, seconds: float) -> dict[str, Any]:
    """{"seconds", "snapshots", "measures", "share", "load"}: the trainer's own time, and what measures took of it by the clock."""
    taken = [0.0]
    with ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory()))
        for where, name in TIMED:
            held.enter_context(patch.object(where, name, _timed(getattr(where, name), taken)))
        run = create_run(folder / "run", new_config({}, data=data, seconds=seconds).to_json(), trained_here=True)
        train(run.path)
        trained, snapshots = run.status().seconds, len(run.snapshots())
    return {
        "seconds": trained, "snapshots": snapshots, "measures": taken[0], "share": taken[0] / trained, "load": os.getloadavg()
    }  # fmt: skip


def _timed(act: Callable[..., Any], taken: list[float]) -> Callable[..., Any]:
    def timed(*given: Any) -> Any:
        began = time.perf_counter()
        try:
            return act(*given)
        finally:
            taken[0] += time.perf_counter() - began

    return timed


def _by_the_clock(clips: int, width: int, projection: int, rounds: int) -> float:
    embedded, _ = _made(clips, width, projection)
    return fastest(lambda: measured(embedded()), rounds, time.perf_counter)


def _costs(clips: int, width: int, projection: int, rounds: int) -> dict[str, Any]:
    embedded, stage = _made(clips, width, projection)
    known = embedded()
    h, z, labels, groups = known.h, known.z, known.labels["class"], known.groups
    measured(known)  # what is shared is known from here on
    stage.sigma  # noqa: B018 - the same
    cheap = {name: fastest(partial(one.values, known), rounds) for name, one in MEASURES.items()}
    thorough = {name: fastest(partial(one.of, stage), rounds) for name, one in THOROUGH.items()}
    return {
        "clips": clips, "width": width, "projection": projection,
        "shared": {
            "σ of h": fastest(lambda: singular_values(h), rounds),
            "σ of z": fastest(lambda: singular_values(z), rounds),
            "votes of neighbours": fastest(lambda: knn_votes(h, labels, groups), rounds),
        },
        "cheap": cheap, "thorough": thorough,
        "together": fastest(lambda: measured(embedded()), rounds),
        "together_without_knn": fastest(lambda: measured(embedded(knn=False)), rounds),
    }  # fmt: skip


def _made(clips: int, width: int, projection: int) -> tuple[Callable[..., Embedded], Stage]:
    h, before, z = (embeddings(clips, d, seed) for seed, d in enumerate((width, width, projection)))
    pairs = embeddings(PAIRS, projection, 3), embeddings(PAIRS, projection, 4)
    labels, groups = torch.arange(clips) % CLASSES, torch.arange(clips) // CLASSES % GROUPS
    sigma = singular_values(before)
    views = embeddings(PAIRS * VIEWS, width, 5).view(PAIRS, VIEWS, width)

    def embedded(knn: bool = True) -> Embedded:
        votes = {"class": knn_votes(h, labels, groups)} if knn else {}
        of_class = {"class": labels} if knn else {}
        return Embedded(h, z, pairs, of_class, groups, "class", votes, (before, sigma))

    return embedded, Stage(h, before, views)


def embeddings(n: int, d: int, seed: int) -> Tensor:
    """(n, d) whose variance falls as a power law from direction to direction."""
    random = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=random) * torch.arange(1, d + 1) ** -0.5


def fastest(act: Callable[[], object], rounds: int, clock: Callable[[], float] = time.process_time) -> float:
    """Milliseconds, of the processor unless another clock is given, in the fastest of some rounds."""
    taken = []
    for _ in range(rounds + 1):  # the first one warms up
        began = clock()
        act()
        taken.append(clock() - began)
    return 1000 * min(taken[1:])


if __name__ == "__main__":
    main()
