"""Part 3: clips a second around SimCLR on conv2d, one axis at a time, each beside the bare encoder; and where a step goes."""

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.gpu.numbers import guarded
from benchmarks.gpu.plan import Plan
from benchmarks.gpu.work import WARM_UP, Cell, Work
from training.data.dataset import Dataset
from training.hardware import Hardware

BYOL_A = {"mels": 64, "hop_seconds": 0.01, "analysis_seconds": 0.064, "crop_seconds": 0.96}
"""BYOL-A's published input: 64 bands, 96 frames."""
PROFILED_STEPS, PROFILED_ROWS = 5, 10


def cells(plan: Plan, on_gpu: bool) -> list[Cell]:
    """The usual one, then each axis."""
    usual = Cell("simclr", batch=plan.batches[0])
    methods = ("byol", "vicreg", "masked_autoencoder", "wav2vec2")
    found = [usual, *(replace(usual, name=name, method=name) for name in methods)]
    found += [replace(usual, name=f"batch {size}", batch=size) for size in plan.batches[1:]]
    encoders = ("resnet", "patch_transformer", "conv_gru", "conv1d") if plan.full else ("resnet",)
    found += [replace(usual, name=f"encoder {name}", encoder=name) for name in encoders]
    sizes = [("conv2d", "M"), ("conv2d", "L"), *((name, "XL") for name in ("conv2d", "resnet", "patch_transformer"))]
    for name, size in sizes if plan.full and on_gpu else ():  # on a CPU the largest take seconds a step
        settings = (("encoder_size", size),)
        found.append(replace(usual, name=f"encoder {name} {size}", encoder=name, settings=settings))
    found += [replace(usual, name=name, precision=name) for name in (("float32", "tf32") if on_gpu else ("float32",))]
    found.append(replace(usual, name="byol_a, 64x96", method="byol_a", settings=tuple(BYOL_A.items())))
    return found


def daring_cells(plan: Plan) -> list[Cell]:
    """What may take long, or leave a GPU unusable where it fails: the last ones."""
    usual = Cell("compiled", batch=plan.batches[0], mode="compiled")
    return [
        usual,
        replace(usual, name="compiled resnet", encoder="resnet"),
        replace(usual, name="captured", mode="captured"),
    ]


def rows(dataset: Dataset, machine: Hardware, plan: Plan) -> Iterator[dict[str, Any]]:
    """A row for each cell, and one for each operation that the usual step spends most on."""
    on_gpu = machine.device.type == "cuda"
    for cell in cells(plan, on_gpu):
        yield guarded(cell.name, cell_row, cell, dataset, machine, plan)
    yield from profiled(Cell("simclr", batch=plan.batches[0]), dataset, machine, plan)
    for cell in daring_cells(plan) if on_gpu else ():
        yield guarded(cell.name, cell_row, cell, dataset, machine, plan)


def cell_row(cell: Cell, dataset: Dataset, machine: Hardware, plan: Plan) -> dict[str, Any]:
    """Clips a second of the whole step and of the bare encoder, and the most memory that was held."""
    on_gpu = machine.device.type == "cuda"
    machine = replace(machine, bf16=cell.precision == "bf16" and (machine.bf16 or on_gpu))
    with _Matmul("high" if cell.precision == "tf32" else "highest"):
        if on_gpu:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        work = Work(cell, dataset, machine, plan)
        step = {"eager": work.eager, "compiled": work.compiled, "captured": work.captured}[cell.mode]()
        speed = cell.batch * per_second(step, machine, plan.cell_seconds)
        held = torch.cuda.max_memory_allocated() / 1e9 if on_gpu else _resident_gigabytes()
        bare = cell.batch * per_second(work.bare(), machine, plan.cell_seconds)
    return {
        "name": cell.name, "batch": cell.batch, "clips_per_second": speed, "bare": bare, "of_bare": speed / bare,
        "gigabytes": held, "ok": None, "reason": "",
    }  # fmt: skip


def per_second(step: Callable[[], None], machine: Hardware, seconds: float) -> float:
    """Steps a second, after a warm-up, with nothing left undone on the device."""
    for _ in range(WARM_UP):
        step()
    machine_waits(machine)
    started, count = time.perf_counter(), 0
    while True:
        for _ in range(5):
            step()
        count += 5
        machine_waits(machine)
        if time.perf_counter() - started >= seconds:
            return count / (time.perf_counter() - started)


def machine_waits(machine: Hardware) -> None:
    """Wait until the device has done everything."""
    if machine.device.type == "cuda":
        torch.cuda.synchronize(machine.device)


def profiled(cell: Cell, dataset: Dataset, machine: Hardware, plan: Plan) -> Iterator[dict[str, Any]]:
    """The operations that the usual step spends most of its time on, the device's own where it is a GPU."""
    on_gpu = machine.device.type == "cuda"
    kinds = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if on_gpu else [])]
    try:
        work = Work(cell, dataset, machine, plan)
        for _ in range(WARM_UP):
            work.step()
        with profile(activities=kinds, acc_events=True) as seen:
            for _ in range(PROFILED_STEPS):
                work.step()
            machine_waits(machine)
    except Exception as error:
        yield {"name": "profile", "ok": False, "reason": f"{type(error).__name__}: {error}"}
        return
    spent = {e.key: e.self_device_time_total if on_gpu else e.self_cpu_time_total for e in seen.key_averages()}
    total = sum(spent.values())
    for name in sorted(spent, key=lambda key: -spent[key])[:PROFILED_ROWS]:
        share = spent[name] / total if total else 0.0
        milliseconds = spent[name] / 1000 / PROFILED_STEPS
        yield {"name": f"op {name[:60]}", "share": share, "milliseconds": milliseconds, "ok": None, "reason": ""}


def _resident_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


class _Matmul:
    """Within it float32 products are made with this precision."""

    def __init__(self, precision: str):
        self._precision = precision

    def __enter__(self) -> None:
        self._before = torch.get_float32_matmul_precision()
        self._convolutions = torch.backends.cudnn.allow_tf32
        torch.set_float32_matmul_precision(self._precision)
        torch.backends.cudnn.allow_tf32 = self._precision == "high"

    def __exit__(self, *_: object) -> None:
        torch.set_float32_matmul_precision(self._before)
        torch.backends.cudnn.allow_tf32 = self._convolutions
