"""python -m benchmarks.throughput [--quick] [--json] [--data FOLDER] [--device cpu|cuda] [--out FILE]

For each method: clips a second of a step, and how many times the bare encoder's (`of_limit`). For SimCLR also how many times
a textbook's pipeline, with the views that it usually makes (`over_textbook`) and with the same views (`over_same_views`), its
views beside those of torch-audiomentations (where `pip install torch-audiomentations==0.12.0` was done), and at other batch
sizes. Of each step, which share its parts take. Everything of one method is timed in turn, in one run.
"""

import argparse
import json
import platform
import statistics
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu.clips import made_tones
from benchmarks.throughput import audiomentations
from benchmarks.throughput.limit import limit
from benchmarks.throughput.rounds import in_turn, ratio, seconds_a_step, share
from benchmarks.throughput.steps import Trained
from benchmarks.throughput.textbook import KINDS, Textbook, fastest
from training.data import open_dataset
from training.data.dataset import Dataset
from training.hardware import Hardware, hardware, keep_freed_memory

OUT = Path("benchmarks/results/throughput.json")
METHODS = ("simclr", "byol", "barlow_twins", "vicreg", "cpc", "apc", "wav2vec2", "masked_autoencoder")
BATCHES = (32, 64, 128, 256, 512, 1024, 2048, 4096)
BYOL_A = {"mels": 64, "hop_seconds": 0.01, "analysis_seconds": 0.064, "crop_seconds": 0.96, "batch_size": 256}
"""BYOL-A's published input and batch: 64 bands, 96 frames, 256 clips."""
TURN = 0.15
"""Seconds of each turn, and how many rounds of them: with --quick, and without."""
ROUNDS = (12, 60)
BESIDE = ((3, 0.8), (7, 3.0))
"""Rounds and seconds of a turn beside others' pipelines, which take longer to get going."""
QUEUE_EMPTIED = 4
"""So many times as long as other turns, in which what was in the queue at their start counts little."""
OVER = {"usual": "over_textbook", "same": "over_same_views"}


def main() -> None:
    """Time, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds and batch sizes: within five minutes on two cores"
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.add_argument("--data", help="a folder or a pack; made tones where there is none")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    dataset = open_dataset(options.data) if options.data else made_tones(2048)
    keep_freed_memory()  # as a trainer does
    machine = hardware(options.device)
    rounds = ROUNDS[0] if options.quick else ROUNDS[1]
    found: dict[str, Any] = {"device": machine.name, "torch": torch.__version__, "python": platform.python_version()}
    found |= {"data": dataset.name, "rounds": rounds, "seconds": TURN}
    for name in METHODS:
        found[name] = row(Trained(name, dataset, machine), rounds)
        _tell(options.json, name, found[name])
    found["simclr"] |= beside_textbook(dataset, machine, *(BESIDE[0] if options.quick else BESIDE[1]))
    told = {name: value for name, value in found["simclr"].items() if "over" in name}
    _tell(options.json, "simclr beside others", told)
    found["byol_a, 64x96"] = row(Trained("byol_a", dataset, machine, BYOL_A), rounds)
    _tell(options.json, "byol_a, 64x96", found["byol_a, 64x96"])
    found["batches"] = {}
    for size in BATCHES[::3] if options.quick else BATCHES:
        found["batches"][size] = row(Trained("simclr", dataset, machine, {"batch_size": size}), rounds)
        _tell(options.json, f"simclr, batch {size}", found["batches"][size])
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps(found, indent=1))


def row(trained: Trained, rounds: int) -> dict[str, Any]:
    """{"clips_per_second", "limit", "of_limit", "parts": share of a step by part}."""
    parts = trained.parts()
    times = in_turn({"step": trained.step, "limit": limit(trained), **parts}, rounds, TURN)
    shares = {name: share(times, times[name], "step") for name in ("limit", *parts)}
    shares = {
        "clips": shares["clips"], "views": shares["views"] - shares["clips"], "encoder": shares["limit"],
        "loss": shares["loss"] - shares["limit"], "update": shares["update"],
    }  # fmt: skip
    return {
        "batch": trained.size,
        "clips_per_second": round(trained.size / statistics.median(times["step"])),
        "limit": round(trained.size / statistics.median(times["limit"])),
        "of_limit": round(ratio(times, "step", "limit"), 3),
        "parts": {name: round(taken, 3) for name, taken in shares.items()},
    }


def beside_textbook(dataset: Dataset, machine: Hardware, rounds: int, seconds: float) -> dict[str, Any]:
    """How many times as fast as each kind of textbook's pipeline, which also says how many workers were best for it."""
    trained = Trained("simclr", dataset, machine)
    found: dict[str, Any] = {}
    for kind in KINDS:
        workers = fastest(kind, dataset, trained, partial(seconds_a_step, seconds=seconds))
        times: dict[str, list[float]] = {"step": [], "textbook": []}
        for _ in range(rounds):  # one at a time: its workers would fill their queue while the other's turn is timed
            times["step"].append(seconds_a_step(trained.step, seconds))
            book = Textbook(kind, dataset, trained, workers)
            times["textbook"].append(seconds_a_step(book.step, QUEUE_EMPTIED * seconds))
            book.close()
        found[OVER[kind]] = round(ratio(times, "step", "textbook"), 2)
        found[f"{OVER[kind]}_workers"] = workers
    others = audiomentations.views(trained)
    if others is not None:
        times = in_turn({"views": trained.views, "package": others}, rounds, seconds)
        found["views_over_audiomentations"] = round(ratio(times, "views", "package"), 2)
    return found


def _tell(quiet: bool, name: str, told: dict[str, Any]) -> None:
    if not quiet:
        print(f"{name:26}", json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
