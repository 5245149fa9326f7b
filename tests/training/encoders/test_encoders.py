"""Every encoder keeps the promises of `Encoder`: shapes, lengths, and an embedding that is the clip's own."""

import numpy as np
import pytest
import torch

from training.building import built_method
from training.config import RunConfig, new_config
from training.embedder import embed_audio
from training.encoders import ENCODERS
from training.encoders.encoder import Encoder
from training.methods.method import Method
from training.methods.simclr import SimCLR
from training.spectrogram import log_mel

MELS = 16


def batch(domain: str, lengths: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Audio as a store gives it, zero past each length; lengths in frames, or in samples for waveforms."""
    scale = 320 if domain == "waveform" else 1
    longest = max(lengths) * scale
    audio = (
        torch.randn(len(lengths), longest) * 0.1 if domain == "waveform" else torch.rand(len(lengths), MELS, longest)
    )
    for row, length in zip(audio, lengths, strict=True):
        row[..., length * scale :] = 0
    return audio, torch.tensor(lengths) * scale


@pytest.fixture(autouse=True)
def simclr_on_every_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an encoder promises is promised whatever stands behind it."""
    monkeypatch.setattr(SimCLR, "encoders", tuple(ENCODERS))


def method_on(encoder: str) -> Method:
    overrides = (
        {"crop_seconds": 0.32} if ENCODERS[encoder].domain == "waveform" else {"crop_seconds": 0.32, "mels": MELS}
    )
    config: RunConfig = new_config(overrides, method="simclr", encoder=encoder, steps=1)
    method = built_method(config, 10, 2, (-2.0, 3.0))
    method.train()
    audio, _ = batch(method.encoder.domain, [40] * 4)
    with torch.no_grad():  # so that BatchNorm's statistics are not those of its start
        for _ in range(3):
            method.encoder(log_mel(audio) if method.encoder.domain == "mel" else audio)
    return method.eval()


@pytest.mark.parametrize("name", ENCODERS)
def test_shapes(name: str) -> None:
    encoder = ENCODERS[name](MELS).eval()
    assert encoder.domain in ("mel", "waveform") and encoder.title and encoder.summary.endswith(".")
    x, lengths = batch(encoder.domain, [48, 32, 8])
    frames = encoder.frames(x)
    assert frames.shape == (3, x.shape[-1] // encoder.stride, encoder.width)
    h = encoder(x, lengths)
    assert h.shape == (3, encoder.width) == encoder(x).shape and torch.isfinite(h).all()


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("length", [1, 5, 8, 9, 15, 33])
def test_any_length_gives_an_embedding(name: str, length: int) -> None:
    method = method_on(name)
    audio, lengths = batch(method.encoder.domain, [length])
    assert torch.isfinite(embed_audio(method, audio, lengths)).all()


def margin_told(found: str) -> str:
    return f"{found}\n\nAn encoder that looks further ahead than `margin` output frames says so there."


@pytest.mark.parametrize("name", ENCODERS)
def test_the_embedding_depends_neither_on_company_nor_on_padding(name: str) -> None:
    method = method_on(name)
    sizes = [40, 17, 3, 25, 31]
    audio, lengths = batch(method.encoder.domain, sizes)
    together = embed_audio(method, audio, lengths)
    for i, length in enumerate(lengths.tolist()):
        alone = embed_audio(method, audio[i : i + 1, ..., :length], lengths[i : i + 1])
        torch.testing.assert_close(alone[0], together[i], atol=1e-5, rtol=1e-4)
        padded = torch.nn.functional.pad(audio[i : i + 1, ..., :length], (0, 1234))
        torch.testing.assert_close(
            embed_audio(method, padded, lengths[i : i + 1])[0], together[i], atol=1e-5, rtol=1e-4, msg=margin_told
        )
    assert torch.cdist(together, together)[0, 1:].min() > 1e-3


@pytest.mark.parametrize("name", ENCODERS)
def test_embedding_leaves_the_mode_as_it_was(name: str) -> None:
    method = method_on(name)
    audio, lengths = batch(method.encoder.domain, [40, 20])
    for training in (True, False):
        method.train(training)
        h = embed_audio(method, audio, lengths)
        assert method.training is training and not h.requires_grad and h.dtype == torch.float32


@pytest.mark.parametrize("name", ENCODERS)
def test_every_weight_learns(name: str) -> None:
    encoder = ENCODERS[name](MELS)
    x, _ = batch(encoder.domain, [48] * 4)
    encoder(x).square().sum().backward()
    assert [n for n, p in encoder.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0] == []


@pytest.mark.parametrize("name", ENCODERS)
def test_half_precision_gives_nearly_the_same(name: str) -> None:
    encoder = ENCODERS[name](MELS).eval()
    x, lengths = batch(encoder.domain, [48, 40])
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        rough = encoder(x, lengths).float()
    torch.testing.assert_close(rough, encoder(x, lengths).detach(), atol=0.1, rtol=0.1)


@pytest.mark.parametrize("name", ENCODERS)
def test_input_statistics_travel_with_the_weights(name: str) -> None:
    encoder = ENCODERS[name](MELS)
    encoder.set_input_statistics(-3.0, 2.0)
    state = encoder.state_dict()
    assert state["input_mean"] == -3 and state["input_std"] == 2
    encoder.set_input_statistics(0.0, 0.0)
    assert encoder.input_std > 0


def test_pooling_is_maximum_plus_mean_of_the_clips_own_frames() -> None:
    random = np.random.default_rng(0)
    frames, lengths = random.normal(size=(5, 7, 3)) - 5, [7, 1, 3, 5, 1]
    encoder: Encoder = ENCODERS["conv2d"](MELS)
    found = encoder.pooled(torch.from_numpy(frames), torch.tensor([7, 1, 3, 5, 0.5]).mul(8).long()).numpy()
    for b, length in enumerate(lengths):
        for d in range(3):
            own = [frames[b, t, d] for t in range(length)]
            assert found[b, d] == pytest.approx(max(own) + sum(own) / length)
    whole = encoder.pooled(torch.from_numpy(frames)).numpy()
    np.testing.assert_allclose(whole, frames.max(1) + frames.mean(1))
