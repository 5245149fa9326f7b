"""What each measure of the representation costs.

    python -m benchmarks.measures [--clips 2048] [--width 512] [--projection 128] [--rounds 9] [--json]

Milliseconds of the processor in one thread on made embeddings, the fastest of the rounds, so that other load on the machine
matters little; two idle cores take little more than half. Cheap measures are taken by the trainer at every
snapshot: what they share (σ of h, σ of z, the votes of the neighbours) is told for itself, "together" is all of them at once,
as a snapshot takes them. Thorough ones are of one stage as wide as h, on demand.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from training.measures import MEASURES, THOROUGH, measured
from training.measures.discriminant import VIEWS
from training.measures.knn import knn_votes
from training.measures.measure import Embedded, singular_values
from training.measures.stage import Stage
from training.snapshot import PAIRS

GROUPS, CLASSES = 6, 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=2048)
    parser.add_argument("--width", type=int, default=512, help="of h")
    parser.add_argument("--projection", type=int, default=128, help="of z")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = costs(options.clips, options.width, options.projection, options.rounds)
    if options.json:
        json.dump(found, sys.stdout, indent=1)
        print()
        return
    print(f"{options.clips} clips, h {options.width}, z {options.projection}: processor milliseconds in one thread")
    for kind in ("shared", "cheap", "thorough"):
        for name, milliseconds in found[kind].items():
            print(f"  {kind:9} {name:24} {milliseconds:8.2f}")
    print(f"  all cheap ones together {found['together']:17.1f}\n  without kNN {found['together_without_knn']:29.1f}")


def costs(clips: int, width: int, projection: int, rounds: int) -> dict[str, Any]:
    """Milliseconds by name: "shared", "cheap", "thorough", and of the cheap ones "together"."""
    h, before, z = (embeddings(clips, d, seed) for seed, d in enumerate((width, width, projection)))
    pairs = embeddings(PAIRS, projection, 3), embeddings(PAIRS, projection, 4)
    labels, groups = torch.arange(clips) % CLASSES, torch.arange(clips) // CLASSES % GROUPS
    sigma = singular_values(before)
    views = embeddings(PAIRS * VIEWS, width, 5).view(PAIRS, VIEWS, width)

    def embedded(knn: bool = True) -> Embedded:
        votes = {"class": knn_votes(h, labels, groups)} if knn else {}
        of_class = {"class": labels} if knn else {}
        return Embedded(h, z, pairs, of_class, groups, "class", votes, (before, sigma))

    known, stage = embedded(), Stage(h, before, views)
    measured(known)  # what is shared is known from here on
    stage.sigma  # noqa: B018 - the same
    cheap = {name: fastest(partial(measure.values, known), rounds) for name, measure in MEASURES.items()}
    thorough = {name: fastest(partial(measure.of, stage), rounds) for name, measure in THOROUGH.items()}
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


def embeddings(n: int, d: int, seed: int) -> Tensor:
    """(n, d) whose variance falls as a power law from direction to direction."""
    random = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=random) * torch.arange(1, d + 1) ** -0.5


def fastest(act: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the processor in the fastest of some rounds."""
    taken = []
    for _ in range(rounds + 1):  # the first one warms up
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return 1000 * min(taken[1:])


if __name__ == "__main__":
    main()
