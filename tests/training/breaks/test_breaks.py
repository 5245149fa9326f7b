"""Parts that can be taken out of a method: every one of every method."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Generator, Tensor

from tests.support.narrow import narrow_encoders, narrow_heads
from training.__main__ import main
from training.batch import Batch
from training.breaks import BREAKS
from training.building import built_method
from training.config import RunConfig, new_config
from training.errors import UserError
from training.methods import METHODS
from training.methods.method import Method
from training.parts.optimizers import optimizer_for
from training.parts.slow_copy import follow, slow_copy
from training.run import RunFolder, State
from training.trainer import train

CLIPS, MELS = 32, 16
DOCUMENT = Path(__file__).parents[3] / "docs" / "methods.md"
ALL = [(method, part) for method, parts in BREAKS.items() for part in parts]


def method_of(name: str, *breaks: str) -> Method:
    settings: dict[str, Any] = {"batch_size": CLIPS, "crop_seconds": 0.64, "mels": MELS, **narrow_heads(name)}
    if name == "online_kmeans":
        settings["small_part"] = 0.9  # so that some cluster is small soon
    config = new_config(settings, method=name, steps=10, breaks=breaks)
    with narrow_encoders():
        return built_method(config, CLIPS, 4, (-4.0, 3.0)).train()


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Clips of noise, each with a spectrum of its own."""
    random = Generator().manual_seed(0)
    audio = (
        6 * torch.rand(CLIPS, MELS, 1, generator=random) + torch.randn(CLIPS, MELS, 48, generator=random)
    ).exp() / 50
    clips = torch.arange(CLIPS)
    return Batch(clips, audio, torch.full((CLIPS,), 48), clips % 4, clips)


def learned(method: Method, batch: Batch, steps: int = 3) -> dict[str, Tensor]:
    """The weights after a few steps. What the method draws of epochs is part of it."""
    optimizer = optimizer_for(method, new_config({"learning_rate": 3e-3}, steps=steps))
    generator = Generator().manual_seed(0)
    method.weights = method.before_epoch(lambda: method.encoder(batch.audio.log()))
    for step in range(steps):
        optimizer.zero_grad()
        losses = method.loss(method.views(batch, generator))
        assert all(torch.isfinite(value).all() for value in losses.values())
        losses["loss"].backward()
        optimizer.step()
        method.after_step((step + 1) / steps)
    return {name: p.detach().clone() for name, p in method.named_parameters()}


@pytest.mark.parametrize(("name", "part"), ALL)
def test_taking_a_part_out_changes_what_is_learned(name: str, part: str, batch: Batch) -> None:
    whole, broken = method_of(name), method_of(name, part)
    before = {n: p.detach().clone() for n, p in broken.named_parameters()}
    a, b = learned(whole, batch), learned(broken, batch)
    assert any(not torch.equal(before[n], p) for n, p in b.items()), "nothing is learned"
    drawn = [getattr(m, "weights", None) for m in (whole, broken)]
    assert a.keys() != b.keys() or any(not torch.equal(a[n], b[n]) for n in a) or drawn[0] is not drawn[1], (
        f"{name} learns the same without {part}: its settings or its function in training/breaks/replacing.py take nothing out"
    )


@pytest.mark.whole
@pytest.mark.parametrize(("name", "part"), ALL)
def test_a_broken_method_is_copied_kept_and_shown_as_any_other(name: str, part: str, batch: Batch) -> None:
    method = method_of(name, part)
    averaged = slow_copy(method)
    learned(method, batch, 1)
    follow(averaged, method, 0.5)
    kept = safetensors.torch.save({n: v.detach().contiguous().clone() for n, v in averaged.state_dict().items()})
    again = method_of(name, part)
    again.load_state_dict(safetensors.torch.load(kept))
    assert all(p.grad is None or p.grad.abs().sum() == 0 for p in averaged.parameters())
    for shown in (averaged.eval(), again.eval()):
        views = shown.views(batch, Generator().manual_seed(1))
        with torch.no_grad():
            pictures = shown.lens(views)
        assert all(torch.isfinite(picture.float()).all() for picture in pictures.values())
    torch.testing.assert_close(again.embed(batch.audio.log()), averaged.embed(batch.audio.log()))


@pytest.mark.parametrize(("name", "part"), ALL)
def test_it_is_said_what_should_happen(name: str, part: str) -> None:
    expected = BREAKS[name][part].expected
    assert re.fullmatch(r"[A-Z][^\n]+\.", expected) and part == part.lower() and part.isidentifier()
    chapter = DOCUMENT.read_text().split(f"\n### {METHODS[name].card.title}\n")[1].split("\n### ")[0]
    assert f"`{part}`" in chapter


def test_only_methods_that_there_are_are_broken() -> None:
    assert set(BREAKS) <= set(METHODS)


def test_the_configuration_keeps_the_names() -> None:
    config = new_config({}, method="byol", breaks=("predictor", "ema"))
    stored = config.to_json()
    assert RunConfig.from_json(stored) == config and RunConfig.from_json({**stored, "breaks": ["ema"]}).breaks == (
        "ema",
    )
    older = {name: value for name, value in stored.items() if name != "breaks"}
    assert RunConfig.from_json(older).breaks == ()


@pytest.mark.parametrize(
    ("method", "names", "said"),
    [
        (
            "byol",
            ("queue",),
            "'queue' can't be taken out of the method byol; its parts are stop_gradient, predictor, ema",
        ),
        ("autoencoder", ("predictor",), "none of its parts can be"),
        ("byol", ("ema", "ema"), "was named 2 times"),
    ],
)
def test_an_unknown_part_is_refused(method: str, names: tuple[str, ...], said: str) -> None:
    with pytest.raises(UserError, match=said):
        new_config({}, method=method, breaks=names)


@pytest.mark.parametrize("given", ["ema", 3, [3]])
def test_a_configuration_with_other_than_names_is_refused(given: object) -> None:
    with pytest.raises(UserError, match="but a list of names was expected"):
        RunConfig.from_json({**new_config({}, method="byol").to_json(), "breaks": given})


def test_the_command_line_takes_parts_out(tones: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    few = ["--set", "batch_size=16", "--set", "probe_clips=48", "--set", "mels=16", "--set", "crop_seconds=0.32"]
    command = ["run", "--method", "simsiam", "--steps", "2", "--out", str(out), *few]
    assert main([*command, "--break", "predictor", "--break", "stop_gradient"]) == 0
    assert RunFolder(out).config()["breaks"] == ["predictor", "stop_gradient"]
    assert main(["list", "--runs", str(tmp_path)]) == 0
    assert "simsiam without predictor, stop_gradient on" in capsys.readouterr().out
    assert main([*command, "--break", "sinkhorn"]) == 2
    assert "its parts are stop_gradient, predictor, projector_norm" in capsys.readouterr().err


def test_a_resume_goes_on_without_the_part(
    made_run: Callable[..., RunFolder], at_step: Callable[[int, Callable[[], object]], None]
) -> None:
    from training.run import Control

    whole, parts = (made_run(name, method="byol", steps=4, breaks=("stop_gradient",)) for name in ("whole", "parts"))
    assert train(whole.path) == State.FINISHED
    at_step(2, lambda: parts.ask(Control.STOP))
    assert train(parts.path) == State.STOPPED and train(parts.path, resume=True) == State.FINISHED
    a, b = (safetensors.torch.load_file(run.weights_path(4)) for run in (whole, parts))
    assert a.keys() == b.keys() and all(torch.equal(a[n], b[n]) for n in a)


def test_a_copy_does_not_share_what_stands_in_a_functions_place() -> None:
    method = method_of("swav", "sinkhorn")
    copied = copy.deepcopy(method)
    assert copied.codes.__self__ is copied
