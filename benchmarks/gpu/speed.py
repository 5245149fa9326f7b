"""Part 3: clips a second around SimCLR on conv2d, one axis at a time, each beside the bare encoder; and where a step goes.

Bare: the encoder's forward and backward on as many ready views as the method makes of a batch, and nothing else.
Captured: the step is recorded once as a CUDA graph and replayed, so that nothing is launched from Python.
"""

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from benchmarks.gpu.clips import companions_for
from benchmarks.gpu.numbers import guarded, store_for
from benchmarks.gpu.plan import Plan
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset
from training.data.store import ClipStore
from training.hardware import Hardware
from training.learner import Learner, new_learner

BYOL_A = {"mels": 64, "hop_seconds": 0.01, "analysis_seconds": 0.064, "crop_seconds": 0.96}
"""BYOL-A's published input: 64 bands, 96 frames."""
WARM_UP, PROFILED_STEPS, PROFILED_ROWS = 5, 5, 10


@dataclass(frozen=True)
class Cell:
    """One thing whose speed is measured."""

    name: str
    method: str = "simclr"
    encoder: str | None = None
    batch: int = 256
    precision: str = "bf16"
    """bf16 (autocast), float32 or tf32."""
    mode: str = "eager"
    """eager, compiled or captured."""
    settings: tuple[tuple[str, Any], ...] = ()


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


class Work:
    """A learner with its clips on the device, and the step in its several forms."""

    def __init__(self, cell: Cell, dataset: Dataset, machine: Hardware, plan: Plan):
        given = {**plan.settings(cell.method), "batch_size": cell.batch, **dict(cell.settings)}
        if cell.encoder == "conv1d":
            given.pop("mels", None)
        config = new_config(
            given, method=cell.method, encoder=cell.encoder, steps=1_000_000, device=machine.device.type
        )
        bare = built_method(config, len(dataset), len(dataset.groups.names))
        self.machine = machine
        self.store: ClipStore = store_for(bare, dataset, machine.device)
        self.learner: Learner = new_learner(config, dataset, self.store, machine)
        self.learner.method.train()
        companions = companions_for(self.learner.method, dataset)
        self.companions = {name: table.to(machine.device) for name, table in companions.items()}
        self.clips = torch.randint(len(dataset), (cell.batch,), device=machine.device)

    def batch(self) -> Batch:
        """Clips drawn anew, on the device."""
        self.clips.random_(len(self.store))
        return self.store.batch(self.clips, self.companions)

    def step(self) -> None:
        """All that the trainer does in a step, but for its diary."""
        learner = self.learner
        batch = self.batch()
        views = learner.method.views(batch, learner.generator)
        with self.machine.autocast():
            loss = learner.method.loss(views)["loss"]
        loss.backward()
        learner.optimizer.step()
        learner.optimizer.zero_grad()
        learner.step += 1
        learner.method.after_step(0.5)
        learner.average()

    def eager(self) -> Callable[[], None]:
        """The step as the trainer does it."""
        return self.step

    def compiled(self) -> Callable[[], None]:
        """The same with a compiled encoder."""
        self.learner.method.encoder.compile()
        return self.step

    def captured(self) -> Callable[[], None]:
        """Views, loss, backward and optimiser as one CUDA graph; clips are drawn before it, averages follow after it."""
        learner = self.learner
        for group in learner.optimizer.param_groups:
            group["capturable"] = True
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                self._inside()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(learner.generator)
        with torch.cuda.graph(graph):
            self._inside()

        def replayed() -> None:
            self.clips.random_(len(self.store))
            graph.replay()
            learner.step += 1
            learner.method.after_step(0.5)
            learner.average()

        return replayed

    def _inside(self) -> None:
        learner = self.learner
        learner.optimizer.zero_grad(set_to_none=True)
        batch = self.store.batch(self.clips, self.companions)
        views = learner.method.views(batch, learner.generator)
        with torch.autocast(self.machine.device.type, torch.bfloat16, enabled=self.machine.bf16, cache_enabled=False):
            loss = learner.method.loss(views)["loss"]
        loss.backward()
        learner.optimizer.step()

    def bare(self) -> Callable[[], None]:
        """The encoder alone, on views that are ready."""
        learner = self.learner
        with torch.no_grad():
            views = learner.method.views(self.batch(), learner.generator)
        x = _input(views)
        encoder = learner.method.encoder

        def run() -> None:
            with self.machine.autocast():
                out = encoder.sequence(x)
            out.float().square().mean().backward()
            encoder.zero_grad()

        return run


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


def _input(views: dict[str, Tensor]) -> Tensor:
    """What the encoder hears of a step: both views where there are two, or else the one of which there is most."""
    if "first" in views and "second" in views:
        return torch.cat([views["first"], views["second"]])
    sounds = [view for view in views.values() if view.is_floating_point() and view.dim() == 3]
    return max(sounds, key=lambda view: view.numel())


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
