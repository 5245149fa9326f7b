"""A whole run on a GPU is the run on the CPU: first to last step, snapshots, checkpoints, resumes, fine-tuning.

The GPU is imitated, so that this tells where things lie and what is computed from what, and not how fast or how exact a GPU is.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from tests.support.checkpoints_compared import assert_same
from tests.support.imitated_gpu import NAME, Elsewhere, OnGPU, imitated_gpu
from training import hardware
from training.embedder import Embedder
from training.finetune import fine_tuning
from training.methods import METHODS
from training.run import Control, RunFolder, State
from training.trainer import train

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]
STEPS = 5
"""Of which the last begins the second epoch."""
VARIED: list[tuple[str, dict[str, Any]]] = [
    *[(name, {}) for name in METHODS],
    ("simclr", {"clips_in": "disk"}),
    ("simclr", {"clips_in": "disk", "encoder": "conv1d"}),
    ("cpc", {"encoder": "wave_gru"}),
    ("byol", {"optimizer": "lars", "background": 0.5, "reverb": 0.5}),
]


@pytest.fixture(autouse=True)
def rounded_alike(monkeypatch: pytest.MonkeyPatch, narrow: None) -> None:
    """The imitation doesn't round to bfloat16, so the processor doesn't, either."""
    monkeypatch.setattr(hardware, "processor_has_bf16", lambda: False)


def made_there(made_run: MakeRun, name: str = "there", **settings: Any) -> RunFolder:
    run = made_run(name, **settings)
    config = run.path / "config.json"
    config.write_text(config.read_text().replace('"device": "cpu"', '"device": "cuda"'))
    return run


@pytest.mark.whole
@pytest.mark.parametrize(("method", "settings"), VARIED, ids=str)
def test_a_run_on_a_gpu_is_the_run_on_the_cpu(method: str, settings: dict[str, Any], made_run: MakeRun) -> None:
    here = made_run("here", method=method, steps=STEPS, **settings)
    there = made_there(made_run, method=method, steps=STEPS, **settings)
    train(here.path)
    with imitated_gpu():
        train(there.path)
    assert there.status().device == NAME
    expected, found = here.snapshot(STEPS), there.snapshot(STEPS)
    assert expected is not None and found is not None and expected.keys() == found.keys()
    for name, array in expected.items():  # kept in 16 bits; attention is computed in another order
        np.testing.assert_allclose(found[name], array, rtol=0.01, atol=0.005, err_msg=name)
    np.testing.assert_array_equal(Embedder(there).embed([np.ones(4_000, np.float32)]).shape, (1, Embedder(here).width))


def test_a_stopped_run_goes_on_to_the_bit(made_run: MakeRun, at_step: AtStep) -> None:
    whole, halved = (made_there(made_run, name, method="moco_v2", steps=6) for name in ("whole", "halved"))
    with imitated_gpu():
        train(whole.path)
        at_step(3, lambda: halved.ask(Control.STOP))
        assert train(halved.path) == State.STOPPED
        assert train(halved.path, resume=True) == State.FINISHED
    assert_same(whole, halved, 6)


def test_what_a_gpu_has_trained_goes_on_on_a_cpu(made_run: MakeRun, at_step: AtStep) -> None:
    run = made_there(made_run, steps=6)
    with imitated_gpu():
        at_step(3, lambda: run.ask(Control.STOP))
        train(run.path)
    config = run.path / "config.json"
    config.write_text(config.read_text().replace('"device": "cuda"', '"device": "cpu"'))
    told: list[str] = []
    at_step(1, lambda: told.append(run.status().message))
    assert train(run.path, resume=True) == State.FINISHED
    assert told == ["The run was trained on a GPU and goes on on the CPU, so that its views are drawn anew."]


def test_it_is_fine_tuned_there(made_run: MakeRun) -> None:
    run = made_there(made_run, steps=2)
    with imitated_gpu():
        train(run.path)
        found = fine_tuning(run, "class", labels=4, seconds=0.5, progress=lambda *_: None)
    assert 0 <= found["trained"]["fine_tuned"] <= 1


@pytest.mark.parametrize(
    "mistake",
    [
        lambda x, _: x + torch.ones(3),
        lambda x, _: torch.cat([x, torch.ones(3)]),
        lambda x, _: torch.ones(3)[x.long()],
        lambda x, _: x.numpy(),
        lambda x, _: np.asarray(x),
        lambda x, _: x.pin_memory(),
        lambda x, _: torch.rand(3, generator=OnGPU()),
        lambda x, generator: torch.rand(3, generator=generator, device=x.device),
        lambda x, _: torch.nn.Linear(3, 1)(x),
        lambda x, _: torch.nn.Linear(3, 1).to(x.device)(torch.ones(3)),
    ],
)
def test_a_mistake_is_told(mistake: Callable[[Tensor, Generator], Any]) -> None:
    with imitated_gpu():
        there = torch.zeros(3, device="cuda")
        with pytest.raises(Elsewhere):
            mistake(there, Generator())


def test_what_a_gpu_can_do_is_not() -> None:
    with imitated_gpu():
        x = torch.zeros(3).to("cuda").requires_grad_()
        y = (x * torch.tensor(2.0) + torch.arange(3, device=x.device)).sum()
        y.backward()
        assert x.grad is not None and {
            t.device.type for t in (x, y, x.grad, x.detach(), x.data, x[torch.tensor([0])])
        } == {"cuda"}
        assert x.detach().cpu().numpy().tolist() == [0, 0, 0] and torch.zeros_like(x, device="cpu").device.type == "cpu"
        assert torch.rand(3, generator=OnGPU(), device="cuda").device.type == "cuda"
