"""The encoder hears the spoiled sound alone, and the error is that to the sound itself."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.denoising_autoencoder import DenoisingAutoencoder

MELS, FRAMES, CLIPS = 16, 16, 32
KINDS = ("zero_out", "crop", "reorder", "band_filter")


def method_with(**settings: object) -> DenoisingAutoencoder:
    config = new_config({"mels": MELS, "crop_seconds": 0.32, **settings}, method="denoising_autoencoder", steps=5)
    method = built_method(config, CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, DenoisingAutoencoder)
    return method.train()


def views_of(method: DenoisingAutoencoder, length: int = 20) -> dict[str, Tensor]:
    batch = random_batch(CLIPS, MELS, 24, lengths=torch.full((CLIPS,), length))
    return method.views(batch, Generator().manual_seed(1))


@pytest.mark.parametrize("corruption", KINDS)
def test_the_loss_is_the_error_to_the_sound_as_it_was(
    corruption: str, assert_equals_slow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Value and gradient by what was rebuilt, against loops over the clips' own frames."""
    method = method_with(corruption=corruption)
    views = views_of(method, 10)
    assert int(views["inside"].sum()) == CLIPS * 10

    def fast(rebuilt: Tensor) -> Tensor:
        monkeypatch.setattr(method, "rebuilt", lambda heard: rebuilt if heard is views["corrupted"] else None)
        return method.loss(views)["loss"]

    def slow(rebuilt: Tensor) -> Tensor:
        true = (views["x"].double() + 4) / 3
        errors = [
            (rebuilt[b, :, v] - true[b, :, v]).square().mean()
            for b in range(CLIPS)
            for v in range(FRAMES)
            if views["inside"][b, v]
        ]
        return torch.stack(errors).mean()

    assert_equals_slow(fast, slow, method.rebuilt(views["corrupted"]))


@pytest.mark.parametrize("corruption", ["zero_out", "crop", "band_filter"])
def test_the_encoder_never_hears_what_is_hidden(corruption: str) -> None:
    """Another sound where it is spoiled, by the same draw, is spoiled to the same and rebuilt alike."""
    method = method_with(corruption=corruption).eval()
    views = views_of(method)
    x, inside = views["x"], views["inside"]
    corrupted = method.corrupted(x, inside, Generator().manual_seed(2))
    spoiled = corrupted != x
    assert 0.02 < float(spoiled.float().mean()) < 0.6
    other = torch.where(spoiled, 50.0, x)
    again = method.corrupted(other, inside, Generator().manual_seed(2))
    assert torch.equal(again, corrupted)
    with torch.no_grad():
        lens = [method.lens({"x": true, "corrupted": heard}) for true, heard in ((x, corrupted), (other, again))]
    assert torch.equal(lens[0]["rebuilt"], lens[1]["rebuilt"])


@pytest.mark.parametrize("corruption", KINDS)
def test_without_spoiling_it_is_an_autoencoder(corruption: str) -> None:
    views = views_of(method_with(corruption=corruption, spoiled=0.0))
    inside = views["inside"][:, None].expand_as(views["x"])
    assert torch.equal(views["corrupted"][inside], views["x"][inside])


@pytest.mark.parametrize("corruption", ["zero_out", "crop", "band_filter"])
def test_what_is_hidden_becomes_the_mean(corruption: str) -> None:
    views = views_of(method_with(corruption=corruption))
    spoiled = views["corrupted"] != views["x"]
    assert (views["corrupted"][spoiled] == -4).all()


def test_how_much_is_spoiled_is_drawn_for_every_clip() -> None:
    """Evenly from nothing to the share that was asked for."""
    method = method_with(spoiled=0.8)
    x = torch.full((2000, MELS, FRAMES), 9.0)
    corrupted = method.corrupted(x, torch.ones(2000, FRAMES, dtype=torch.bool), Generator().manual_seed(0))
    share = (corrupted != x).float().mean((1, 2)).sort().values
    evenly = (torch.arange(2000) + 0.5) / 2000 * 0.8
    assert (share - evenly).abs().max() < 0.07


def test_the_picture_shows_all_three() -> None:
    method = method_with().eval()
    views = views_of(method)
    with torch.no_grad():
        lens = method.lens(views)
    torch.testing.assert_close(lens["original"] * 3 - 4, views["x"][:8])
    torch.testing.assert_close(lens["corrupted"] * 3 - 4, views["corrupted"][:8])
    torch.testing.assert_close(lens["rebuilt"], method.rebuilt(views["corrupted"][:8]).detach())
