"""Every encoder in every size: what its table says, and a run's setting that reaches the weights."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator

from tests.support.older_runs import STOPPED
from tests.support.toy_problem import FEW, PAIRS, batch_for, method_of
from tests.training.encoders.test_encoders import margin_told
from training.building import built_method
from training.config import ENCODER_SIZES, RunConfig, new_config
from training.embedder import Embedder, embed_audio
from training.encoders import ENCODERS
from training.methods import METHODS
from training.run import RunFolder
from training.spectrogram import FrontEnd
from training.trainer import train

EVERY = [(name, size) for name in ENCODERS for size in ENCODER_SIZES]
MELS = FrontEnd().mels
ONE_OF_EACH = sorted(
    {(name, kind.encoders[0]) for name, kind in METHODS.items()} | set({e: (n, e) for n, e in PAIRS}.values())
)
"""Every method with its default encoder, and every encoder with one method."""


@pytest.fixture(autouse=True)
def quick_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large matrices repeat the first numbers that are drawn: of 20 million it takes longer to draw each than to compute with them."""
    drawn, few = torch.Tensor.uniform_, 8191

    def repeated(self: torch.Tensor, *bounds: float, **more: Any) -> torch.Tensor:
        if self.numel() <= few or not self.is_contiguous():
            return drawn(self, *bounds, **more)
        numbers = drawn(torch.empty(few, dtype=self.dtype), *bounds, **more)
        return self.copy_(numbers.repeat(self.numel() // few + 1)[: self.numel()].view(self.shape))

    monkeypatch.setattr(torch.Tensor, "uniform_", repeated)


def parameters(module: torch.nn.Module) -> int:
    return sum(weights.numel() for weights in module.parameters())


def sounds(name: str, count: int = 2, frames: int = 24) -> torch.Tensor:
    """(count, F, T), or samples of as long."""
    return (
        torch.randn(count, frames * 320) * 0.1
        if ENCODERS[name].domain == "waveform"
        else torch.rand(count, MELS, frames)
    )


@pytest.mark.parametrize(("name", "size"), EVERY)
def test_a_size_has_the_parameters_that_the_table_says_and_gives_frames_of_its_width(name: str, size: str) -> None:
    encoder = ENCODERS[name].of_size(MELS, size).eval()
    counted = float(f"{parameters(encoder):.3g}")
    assert counted == ENCODERS[name].sizes[size].parameters, f"write {counted:,.0f} into its sizes"
    x = sounds(name)
    with torch.no_grad():
        frames = encoder.frames(x)
        assert frames.shape == (2, x.shape[-1] // encoder.stride, encoder.width)
        assert encoder(x).shape == (2, encoder.width) and frames.isfinite().all()


@pytest.mark.parametrize("name", ENCODERS)
def test_sizes_grow_and_the_largest_has_about_twenty_million(name: str) -> None:
    sizes = ENCODERS[name].sizes
    assert tuple(sizes) == ENCODER_SIZES
    counts = [size.parameters for size in sizes.values()]
    ratios = [larger / smaller for smaller, larger in pairwise(counts)]
    assert all(2.3 < ratio < 6 for ratio in ratios), (
        f"each size has some four times the parameters of the last: {ratios}"
    )
    assert 18e6 < counts[-1] < 22e6, "the largest has about 20 million parameters"


def test_the_largest_transformers_are_vit_small() -> None:
    for name in ("patch_transformer", "frame_transformer"):
        encoder: Any = ENCODERS[name].of_size(MELS, "XL")
        assert (encoder.token_width, len(encoder.blocks), encoder.blocks[0].heads) == (384, 12, 6)
        assert encoder.blocks[0].dense[0].out_features == 4 * 384


@pytest.mark.parametrize("name", ENCODERS)
def test_the_smallest_has_the_weights_that_it_had_before_there_were_sizes(name: str) -> None:
    torch.manual_seed(3)
    before = ENCODERS[name](MELS).state_dict()
    torch.manual_seed(3)
    now = ENCODERS[name].of_size(MELS, "S").state_dict()
    assert before.keys() == now.keys() and all(torch.equal(before[key], now[key]) for key in before)


def test_a_run_without_a_size_is_small() -> None:
    """Its weights fit what is built of its configuration."""
    safetensors = pytest.importorskip("safetensors.torch")
    run = RunFolder(STOPPED)
    kept = run.config()
    assert "encoder_size" not in kept
    config = RunConfig.from_json(kept)
    assert config.encoder_size == "S"
    weights = safetensors.load_file(run.path / "checkpoints" / f"{run.checkpoints()[-1]:06d}.safetensors")
    built = built_method(config, 24, 2).encoder.state_dict()
    stored = {key.removeprefix("encoder."): value.shape for key, value in weights.items() if key.startswith("encoder.")}
    assert stored == {key: value.shape for key, value in built.items()}


@pytest.mark.parametrize(("name", "size"), [(name, size) for name in ENCODERS for size in ("M", "L")])
def test_an_embedding_depends_on_no_padding(name: str, size: str) -> None:
    """Deeper ones look further, and their margin says so."""
    method = next(method for method, kind in METHODS.items() if name in kind.encoders and not kind.card.needs)
    method_built = built_method(new_config({"encoder_size": size}, method=method, encoder=name, steps=1), 10, 2).eval()
    audio = torch.randn(1, 40 * 320) * 0.1 if ENCODERS[name].domain == "waveform" else torch.rand(1, MELS, 40)
    lengths = torch.tensor([audio.shape[-1]])
    padded = torch.nn.functional.pad(audio, (0, 60 * (320 if ENCODERS[name].domain == "waveform" else 1)))
    alone, beside = embed_audio(method_built, audio, lengths), embed_audio(method_built, padded, lengths)
    torch.testing.assert_close(alone, beside, atol=1e-4, rtol=1e-3, msg=margin_told)


@pytest.mark.whole
@pytest.mark.parametrize(("name", "encoder"), ONE_OF_EACH)
def test_every_method_takes_a_step_with_a_larger_encoder(name: str, encoder: str) -> None:
    method = method_of(name, encoder, encoder_size="M").train()
    assert method.encoder.width > method_of(name, encoder).encoder.width
    method.loss(method.views(batch_for(method, FEW), Generator().manual_seed(1)))["loss"].backward()
    for parameter_name, weights in method.named_parameters():
        assert not weights.requires_grad or (weights.grad is not None and weights.grad.isfinite().all()), parameter_name


@pytest.mark.whole
@pytest.mark.parametrize("name", METHODS)
def test_every_method_fits_its_largest_encoder(name: str) -> None:
    method = method_of(name, encoder_size="XL").train()
    views = method.views(batch_for(method, FEW), Generator().manual_seed(1))
    with torch.no_grad():
        losses = method.loss(views)
        pictures = method.eval().lens(views)
    assert losses["loss"].isfinite() and all(picture.isfinite().all() for picture in pictures.values())


def test_a_larger_run_is_trained_kept_and_embeds_sounds(made_run: Callable[..., RunFolder]) -> None:
    run = made_run(encoder_size="M", steps=2)
    assert run.config()["encoder_size"] == "M"
    train(run.path)
    kept = run.snapshot(2)
    assert kept is not None and kept["embeddings"].shape[1] == 512
    embedder = Embedder(run)
    assert embedder.embed([np.zeros(4000, np.float32)]).shape == (1, 512)
    embedder.reinitialise()
    assert embedder.method.encoder.width == 512
