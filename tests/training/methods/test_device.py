"""A step on a GPU: everything stays on the device, nothing waits for it, every draw comes from the step's own generator,
and what is no layer of the network is computed in float32."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from tests.support.pretended_gpu import OtherDraws, PretendedGPU, Rounds, Waits, pretended_gpu
from tests.support.toy_problem import batch_for, method_of
from training.batch import Batch
from training.config import new_config
from training.data.store import ClipStore
from training.methods import METHODS
from training.methods.deepcluster import whitened
from training.methods.method import Method
from training.parts.kmeans import kmeans
from training.parts.optimizers import optimizer_for, set_rate
from training.parts.slow_copy import follow, slow_copy
from training.spectrogram import FrontEnd

pytestmark = pytest.mark.whole

MEL = {
    "background": 0.5, "reverb": 0.5, "resize_crop": 0.3, "time_mask": 0.2, "frequency_mask": 0.2, "time_stretch": 0.1,
}  # fmt: skip
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    *[(name, kind.encoders[0], {}) for name, kind in METHODS.items()],
    *[("simclr", encoder, {}) for encoder in METHODS["simclr"].encoders[1:]],
    ("simclr", "conv2d", MEL),
    ("simclr", "conv1d", {"background": 0.5, "reverb": 0.5}),
    ("byol", "conv2d", {"normalisation": "group"}),
    ("apc", "conv_gru", {"direction": "backward"}),
    ("cpc", "wave_gru", {}),
    ("wav2vec2", "wave_transformer", {}),
    *[(name, "conv_gru" if name == "cpc" else "bi_gru", {"others_from": "same source"}) for name in ("cpc", "cpc_v2")],
    ("mpc", "frame_transformer", {"band_part": 0.3}),
    ("npc", "masked_conv", {"quantised": False, "kernel_frames": 15}),
    ("swav", "conv2d", {"queue_length": 64, "frozen_steps": 4}),
    ("triplet", "conv2d", {"mining": "all"}),
    ("deep_infomax", "conv2d", {"estimator": "jsd"}),
    ("memory_bank", "conv2d", {"negatives": 8}),
    ("local_aggregation", "conv2d", {"method.background": 8}),
    *[("denoising_autoencoder", "conv2d", {"corruption": kind}) for kind in ("crop", "reorder", "band_filter")],
    *[("cola", "conv2d", {"segments": kind}) for kind in ("near", "anywhere", "near against far")],
    ("simclr_v2", "conv2d", {"memory_length": 64}),
    *[(name, "conv2d", {"positives": "near against far"}) for name in ("simclr", "triplet")],
]
"""Every method and every encoder, and settings by which a step goes another way."""


def sent(batch: Batch, gpu: PretendedGPU) -> Batch:
    there = {name: gpu.tensor(table) for name, table in vars(batch).items() if name != "companions"}
    return Batch(**there, companions={name: gpu.tensor(table) for name, table in batch.companions.items()})


def step(method: Method, batch: Batch, gpu: PretendedGPU) -> dict[str, Tensor]:
    """What the loop does but `backward`; returns the losses."""
    with gpu.step():
        views = method.views(batch, gpu.generator)
        with torch.autocast("cuda", torch.bfloat16):
            losses = method.loss(views)
        method.after_step(0.3)
    return losses


@pytest.mark.parametrize(("name", "encoder", "settings"), STEPS, ids=str)
def test_a_step_stays_on_the_device_and_waits_for_nothing(name: str, encoder: str, settings: dict[str, Any]) -> None:
    method = method_of(name, encoder, **settings).train()
    batch = batch_for(method)
    with pretended_gpu() as gpu:
        batch = sent(batch, gpu)
        losses = step(gpu.module(method), batch, gpu)
        with torch.no_grad():  # as a snapshot does, in float32
            pictures = method.eval().lens(method.views(batch, gpu.generator))
    assert {x.device.type for x in (*losses.values(), *pictures.values())} == {"cuda"}
    assert losses["loss"].dtype == torch.float32


class Asked(TorchDispatchMode):
    """Notes what a GPU would have to be waited for."""

    WAITED = (
        "_local_scalar_dense",
        "nonzero",
        "masked_select",
        "_unique2",
        "unique_dim",
        "unique_consecutive",
        "is_nonzero",
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.found += [name for name in self.WAITED if func._schema.name == f"aten::{name}"]
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", METHODS)
def test_its_backward_pass_waits_for_nothing(name: str) -> None:
    """On the CPU, since what pretends has no backward pass."""
    method = method_of(name).train()
    loss = method.loss(method.views(batch_for(method), torch.Generator()))["loss"]
    with Asked() as asked:
        loss.backward()
    assert asked.found == []


@pytest.mark.parametrize(
    "rows", [torch.zeros(32 * 24, 16, dtype=torch.float16), torch.zeros(32 * 24, dtype=torch.int16)]
)
def test_a_batch_is_drawn_on_the_device(rows: Tensor) -> None:
    starts, lengths, clips, table = torch.arange(32) * 24, torch.full((32,), 24), torch.arange(8), torch.zeros(32, 3)
    with pretended_gpu() as gpu:
        store = ClipStore(*map(gpu.tensor, (rows, starts, *[lengths] * 4)), longest=24)  # type: ignore[arg-type]
        chosen, companions = gpu.tensor(clips), {"picture": gpu.tensor(table)}
        with gpu.step():
            batch = store.batch(chosen, companions)
    found = (batch.audio, batch.lengths, batch.groups, batch.companions["picture"])
    assert {x.device.type for x in found} == {"cuda"} and len(batch.audio) == 8


@pytest.mark.parametrize("front_end", [None, FrontEnd()], ids=["samples", "mel power"])
def test_a_batch_that_was_read_from_disk_waits_for_nothing(front_end: FrontEnd | None) -> None:
    starts, spans, clips = torch.arange(32) * 3_200, torch.full((32,), 3_200), torch.arange(8)
    frames = spans if front_end is None else spans // front_end.hop_samples + 1
    here, sound = [torch.zeros(32 * 3_200, dtype=torch.int16), starts, spans], torch.zeros(8, 3_200, dtype=torch.int16)
    longest = int(frames[0])
    if front_end is not None:
        front_end.power(torch.zeros(1, 3_200))
    with pretended_gpu() as gpu:
        if front_end is not None:
            gpu.module(front_end._transform)
        rows, there = map(gpu.mode.from_tensor, here), [gpu.tensor(frames)] * 3
        store = ClipStore(*rows, *there, longest=longest, on_disk=True, front_end=front_end)  # type: ignore[arg-type]
        chosen, read = gpu.tensor(clips), gpu.tensor(sound)
        store.batch(chosen, {}, read)  # what the first one sends, no other does
        with gpu.step():
            batch = store.batch(chosen, {}, read)
    assert {x.device.type for x in (batch.audio, batch.lengths)} == {"cuda"} and batch.audio.shape[-1] == longest


def test_clusters_are_found_on_the_device_from_points_that_the_cpu_draws() -> None:
    points = torch.zeros(32, 6)
    with pretended_gpu() as gpu:
        x = gpu.tensor(points)
        found = (*kmeans(x, 4, torch.Generator(), runs=2), whitened(x, 4))
    assert {y.device.type for y in found} == {"cuda"}


class Careless(nn.Module):
    """As each of the mistakes above is easily made."""

    def __init__(self, mistake: str) -> None:
        super().__init__()
        self.mistake = mistake

    def views(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        generator = torch.Generator() if self.mistake == "draws elsewhere" else generator
        return {"x": torch.rand(batch.audio.shape, generator=generator, device=batch.audio.device)}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        x = views["x"][:, :, 0]
        made: dict[str, Any] = {
            "nothing": lambda: x,
            "draws elsewhere": lambda: x,
            "drops out": lambda: nn.functional.dropout(x),
            "asks": lambda: x * float(x.sum()),
            "fetches": lambda: x * x.sum().cpu(),
            "picks by a mask": lambda: x[x > 0.5],
            "picks by a place": lambda: x[x[:, 0].argmax()],
            "picks by a list": lambda: x[:, [0, 2]],
            "sends": lambda: x + torch.ones(x.shape[1]).to(x.device),
            "mixes": lambda: x + torch.ones(x.shape[1]),
            "rounds": lambda: (x @ x.T).float(),
        }
        return {"loss": made[self.mistake]().mean()}

    def after_step(self, progress: float) -> None:
        pass


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ("draws elsewhere", OtherDraws), ("drops out", OtherDraws), ("asks", RuntimeError), ("fetches", Waits),
        ("picks by a mask", RuntimeError), ("picks by a place", RuntimeError), ("picks by a list", Waits),
        ("sends", Waits), ("mixes", RuntimeError), ("rounds", Rounds),
    ],
)  # fmt: skip
def test_a_careless_step_is_told(mistake: str, told: type[Exception]) -> None:
    batch = batch_for(method_of("simclr"))
    with pretended_gpu() as gpu:
        step(Careless("nothing"), sent(batch, gpu), gpu)  # type: ignore[arg-type]  # as far as a step goes, a method
        with pytest.raises(told):
            step(Careless(mistake), sent(batch, gpu), gpu)  # type: ignore[arg-type]  # likewise


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "lars"])
def test_optimiser_and_average_wait_for_nothing(optimizer: str) -> None:
    method = method_of("byol")
    config = new_config({"optimizer": optimizer}, method="byol", steps=10)
    averaged = slow_copy(method)
    with pretended_gpu() as gpu:
        made = optimizer_for(gpu.module(method), config)
        gpu.module(averaged)
        for parameter in method.parameters():
            parameter.grad = torch.zeros_like(parameter) if parameter.requires_grad else None
        for _ in range(2):
            with gpu.step():
                set_rate(made, config, 0.1)
                made.step()
                follow(averaged, method, 0.9)
    assert optimizer != "adamw" or all(group["fused"] for group in made.param_groups)
