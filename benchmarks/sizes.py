"""How fast every encoder learns in each of its sizes.

    python -m benchmarks.sizes [--encoder NAME …] [--batch 64] [--rounds 2]

Whole training steps (views, loss, backward, optimiser, averages) of SimCLR, or of the first method that fits the encoder, on
tones that are made. Seconds are those of the processor in one thread, the sizes take turns, and of all steps the fastest
counts, so that other load on the machine matters little. The clips a second are written to benchmarks/results/sizes.json;
from these the form of a new run judges what a size will cost on the machine it runs on (explorer/runs/speed.py).
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu.clips import made_tones
from benchmarks.gpu.plan import plan_for
from benchmarks.gpu.work import Cell, Work
from training.config import ENCODER_SIZES
from training.encoders import ENCODERS
from training.hardware import Hardware, hardware, keep_freed_memory
from training.methods import METHODS

RESULTS = Path(__file__).parent / "results" / "sizes.json"
TURN_SECONDS = 1.0


def main() -> None:
    """Measure, print and keep the clips a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", action="append", choices=tuple(ENCODERS), help="may be repeated (default: all)")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    machine = hardware("cpu")
    about = {"device": machine.name, "batch": options.batch}
    encoders = {} if {**known, **about} != known else dict(known["encoders"])
    with tempfile.TemporaryDirectory() as cache:  # what is made here is not for runs to find
        os.environ["XDG_CACHE_HOME"] = cache
        for name in options.encoder or ENCODERS:
            encoders[name] = measured(name, options.batch, options.rounds, machine)
            print(name, json.dumps(encoders[name]), flush=True)
            RESULTS.write_text(json.dumps({**about, "encoders": encoders}, indent=1) + "\n")


def measured(encoder: str, batch: int, rounds: int, machine: Hardware) -> dict[str, Any]:
    """The method of the steps, and the clips a second of each size."""
    method, dataset, plan = method_for(encoder), made_tones(4 * batch), plan_for(9, on_gpu=False)
    fastest = dict.fromkeys(ENCODER_SIZES, 0.0)
    for _ in range(rounds):
        for size in ENCODER_SIZES:
            cell = Cell(size, method, encoder, batch, settings=(("encoder_size", size),))
            fastest[size] = max(fastest[size], batch / seconds_of_a_step(Work(cell, dataset, machine, plan)))
    return {"method": method, "clips_per_second": {size: float(f"{speed:.3g}") for size, speed in fastest.items()}}


def seconds_of_a_step(work: Work) -> float:
    """The fastest of the steps of one turn, of which the first, in which memory is asked for, doesn't count."""
    work.step()
    started, fastest = time.process_time(), float("inf")
    while (begun := time.process_time()) - started < TURN_SECONDS or fastest == float("inf"):
        work.step()
        fastest = min(fastest, time.process_time() - begun)
    return fastest


def method_for(encoder: str) -> str:
    """SimCLR where it fits the encoder, else the first method that does and needs nothing beside the sounds."""
    fitting = [name for name, kind in METHODS.items() if encoder in kind.encoders and not kind.card.needs]
    return "simclr" if "simclr" in fitting else fitting[0]


if __name__ == "__main__":
    main()
