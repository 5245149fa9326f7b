"""What several devices would make of a step: what of it they share, what each does whole, and what they tell each other.

    python -m benchmarks.devices [--method NAME …] [--rounds 2]

One process stands in for one of N: it does the work of that one, and instead of waiting for the others it takes its own rows
for theirs. So the time that N devices compute is measured, in seconds of the processor in one thread: T(1), T(2), T(8), T(64).
Beside it two real processes over gloo do the same steps; of these, the time that they spend telling each other is measured.

For 8 and 64 devices the rest is a calculation, and no measurement:

    times as fast = T(1) / (T(N) + FASTER · (k · LATENCY + bytes · (N − 1) / N / BANDWIDTH))

with k collectives and so many bytes a step, counted; LATENCY and BANDWIDTH of GPUs in one machine; and a GPU that computes FASTER
times as fast as this processor's thread, all of a step alike. What a GPU loses by having few rows to work on is not in it.
"""

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.distributed as distributed
from torch import Tensor
from torch.multiprocessing.spawn import spawn

from benchmarks.gpu.clips import made_tones
from benchmarks.throughput.steps import Trained
from training.data.dataset import Dataset
from training.devices.ranks import Ranks
from training.devices.rows import ALONE, Alone
from training.devices.sharing import share
from training.hardware import hardware, keep_freed_memory
from training.step import Stepper

RESULTS = Path(__file__).parent / "results" / "devices.json"
SIZES = (1, 2, 8, 64)
LATENCY, BANDWIDTH, FASTER = 20e-6, 200e9, 100
"""Seconds of one collective; bytes a second between GPUs of one machine; how many times as fast as a thread a GPU is."""
CLIPS = 2048
TURN_SECONDS, FEWEST = 1.0, 2


@dataclass(frozen=True)
class Row:
    """A method, and what is other than its defaults."""

    method: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the table calls it."""
        return ", ".join([self.method, *(f"{name} {value}" for name, value in self.settings.items())])


ROWS = (
    Row("simclr"), Row("simclr", {"encoder_size": "L"}), Row("simclr", {"batch_size": 1024}), Row("byol"), Row("vicreg"),
    Row("cpc"), Row("wav2vec2"), Row("masked_autoencoder"),
)  # fmt: skip


class StandIn(Ranks):
    """One of N processes that is alone: the rows of the others are its own once more. It counts what would be told."""

    def __init__(self, size: int) -> None:
        super().__init__(0, size)
        self.collectives = self.bytes = 0

    def gathered(self, x: Tensor) -> Tensor:
        """As if all had the same."""
        self._count(x.numel() * x.element_size() * self.size)
        return x.detach().expand(self.size, *x.shape).clone()

    def summed(self, x: Tensor) -> Tensor:
        """As if all had the same."""
        self._count(2 * x.numel() * x.element_size())  # a sum is scattered, then gathered
        return x.mul_(self.size)

    def agree(self, network: torch.nn.Module) -> None:
        """Nobody is there to agree with."""

    def as_first(self, x: Tensor | None) -> Tensor | None:
        """This one is the first."""
        return x

    def _count(self, told: int) -> None:
        self.collectives += 1
        self.bytes += told


class Timed(Ranks):
    """A real one that notes how long it is told things, waiting for the others included."""

    seconds = 0.0

    def gathered(self, x: Tensor) -> Tensor:
        """As all do."""
        begun = time.perf_counter()
        found = super().gathered(x)
        self.seconds += time.perf_counter() - begun
        return found

    def summed(self, x: Tensor) -> Tensor:
        """As all do."""
        begun = time.perf_counter()
        found = super().summed(x)
        self.seconds += time.perf_counter() - begun
        return found


class Shared:
    """The steps of a method that several devices share."""

    def __init__(self, row: Row, dataset: Dataset, ranks: Alone) -> None:
        trained = Trained(row.method, dataset, hardware("cpu"), row.settings)
        if isinstance(ranks, Ranks):
            share(trained.learner.method, ranks)
        self.learner, self.size = trained.learner, trained.size
        self._stepper = Stepper(self.learner, trained.store, trained.companions, trained.machine, ranks)

    def step(self) -> None:
        """The first process's, but for the snapshots."""
        batch = self._stepper.drawn()
        assert batch is not None
        self._stepper.step(batch)
        self.learner.average()


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", action="append", help="may be repeated (default: all rows)")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    rows = [row for row in ROWS if not options.method or row.method in options.method]
    dataset = made_tones(CLIPS)
    kept = json.loads(RESULTS.read_text())["rows"] if RESULTS.exists() else {}
    for row in rows:
        kept[row.name] = measured(row, dataset, options.rounds) | {"two_processes": in_two(row)}
        print(f"{row.name:36}", json.dumps(kept[row.name]), flush=True)
        RESULTS.write_text(json.dumps({"device": hardware("cpu").name, "rows": kept}, indent=1) + "\n")


def measured(row: Row, dataset: Dataset, rounds: int) -> dict[str, Any]:
    """T(N), and what is told in a step."""
    stand_ins = {size: StandIn(size) for size in SIZES[1:]}
    shared = {size: Shared(row, dataset, stand_ins.get(size, ALONE)) for size in SIZES}
    taken: dict[int, float] = dict.fromkeys(SIZES, float("inf"))
    steps = dict.fromkeys(SIZES, 0)
    for _ in range(rounds):
        for size, one in shared.items():
            seconds, count = turn(one)
            taken[size], steps[size] = min(taken[size], seconds), steps[size] + count
    most = stand_ins[SIZES[-1]]
    k, told = most.collectives / steps[SIZES[-1]], most.bytes / steps[SIZES[-1]]
    return {
        "batch": shared[1].size,
        "seconds": {str(size): round(seconds, 5) for size, seconds in taken.items()},
        "collectives": round(k),
        "megabytes": round(told / 1e6, 2),
    }


def shared_part(row: dict[str, Any]) -> float:
    """Which part of a step gets shorter with the number of devices, as T(64) says."""
    return (row["seconds"]["1"] - row["seconds"]["64"]) / (1 - 1 / 64) / row["seconds"]["1"]


def times_as_fast(row: dict[str, Any], size: int, faster: float = FASTER) -> float:
    """The formula above; with a `faster` of 0 what is told takes no time."""
    told = row["collectives"] * LATENCY + row["megabytes"] * 1e6 * (size - 1) / size / BANDWIDTH
    return row["seconds"]["1"] / (row["seconds"][str(size)] + faster * told)


def turn(shared: Shared) -> tuple[float, int]:
    """The fastest step of a turn in seconds of the processor, and how many steps there were."""
    started, fastest, count = time.process_time(), float("inf"), 0
    while count < FEWEST or time.process_time() - started < TURN_SECONDS:
        begun = time.process_time()
        shared.step()
        fastest, count = min(fastest, time.process_time() - begun), count + 1
    return fastest, count


def in_two(row: Row) -> dict[str, float]:
    """Median seconds of a step that two processes share, and of what they tell each other in it, by the clock on the wall."""
    with tempfile.TemporaryDirectory() as folder:
        spawn(_one_of_two, (row, folder), nprocs=2)
        found: dict[str, float] = json.loads((Path(folder) / "0.json").read_text())
    return found


def _one_of_two(rank: int, row: Row, folder: str) -> None:
    torch.set_num_threads(1)
    keep_freed_memory()
    distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
    ranks = Timed(rank, 2)
    shared = Shared(row, made_tones(CLIPS), ranks)
    steps: list[float] = []
    told: list[float] = []
    for _ in range(8):
        begun, before = time.perf_counter(), ranks.seconds
        shared.step()
        steps.append(time.perf_counter() - begun)
        told.append(ranks.seconds - before)
    found = {"seconds": statistics.median(steps[2:]), "telling": statistics.median(told[2:])}
    (Path(folder) / f"{rank}.json").write_text(json.dumps({name: round(x, 5) for name, x in found.items()}))
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
