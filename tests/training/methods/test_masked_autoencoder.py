"""The masked autoencoder: what the encoder sees, what the decoder is told, and what counts."""

import pytest
import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.masked_autoencoder import LEAST_VARIANCE, MaskedAutoencoder

CLIPS, MELS = 16, 16


def method_with(encoder: str | None = None, **settings: object) -> MaskedAutoencoder:
    views = {"crop_seconds": 0.64, "mels": MELS, "noise": 0.0, "mixup": 0.0, "time_stretch": 0.0}
    config = new_config({**views, **settings}, method="masked_autoencoder", encoder=encoder, steps=5)
    method = built_method(config, CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, MaskedAutoencoder)
    return method


def views_for(method: MaskedAutoencoder, frames: int = 20, seed: int = 1) -> dict[str, Tensor]:
    return method.views(random_batch(CLIPS, MELS, frames), Generator().manual_seed(seed))


class Bare(MaskedAutoencoder):
    """The loss alone: what is drawn is handed in."""

    def __init__(self, found: Tensor, config: object) -> None:
        torch.nn.Module.__init__(self)
        self.found, self.config = found, config

    def drawn(self, patches: Tensor, seen: Tensor) -> Tensor:
        return self.found


def slow_loss(found: Tensor, patches: Tensor, hidden: Tensor, own: Tensor, normalised: bool) -> Tensor:
    """The formula of the card, patch by patch."""
    terms = []
    for clip in range(len(patches)):
        for n in hidden[clip].tolist():
            if not own[clip, n]:
                continue
            patch = patches[clip, n]
            if normalised:
                mean = sum(patch) / len(patch)
                variance = sum((v - mean) ** 2 for v in patch) / len(patch)
                patch = (patch - mean) / (variance + LEAST_VARIANCE) ** 0.5
            terms.append(sum((a - b) ** 2 for a, b in zip(patch, found[clip, n], strict=True)) / len(patch))
    return torch.stack(terms).mean()


@pytest.mark.parametrize("normalised", [True, False])
def test_value_and_gradient_equal_the_slow_one(normalised: bool) -> None:
    config = method_with(normalised_targets=normalised).config
    generator = Generator().manual_seed(3)
    patches, found = torch.randn(2, 4, 7, 6, generator=generator)
    order = torch.rand(4, 7, generator=generator).argsort(1)
    seen, hidden = order[:, :2], order[:, 2:]
    own = torch.rand(4, 7, generator=generator) < 0.7
    found.requires_grad_()
    loss = Bare(found, config).loss({"patches": patches, "seen": seen, "hidden": hidden, "own": own})["loss"]
    loss.backward()
    other = found.detach().double().requires_grad_()
    slow = slow_loss(other, patches.double(), hidden, own, normalised)
    slow.backward()
    assert float(loss.detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    assert found.grad is not None and other.grad is not None
    torch.testing.assert_close(found.grad.double(), other.grad, rtol=1e-5, atol=1e-8)
    assert not found.grad.gather(1, seen[:, :, None].expand(-1, -1, 6)).any(), "seen patches don't count"


def test_normalised_targets_are_each_at_mean_0_and_standard_deviation_1() -> None:
    target = method_with(normalised_targets=True).target(torch.randn(3, 5, 64) * 7 + 2)
    torch.testing.assert_close(target.mean(2), torch.zeros(3, 5), atol=1e-5, rtol=0)
    torch.testing.assert_close(target.std(2, correction=0), torch.ones(3, 5), atol=1e-3, rtol=0)
    assert method_with().target(torch.randn(3, 5, 64) * 1e-3).std() < 0.05, "the noise of silence isn't blown up"


@pytest.mark.parametrize("frames", [10, 15, 20, 40])
@pytest.mark.parametrize("encoder", ["frame_transformer", "patch_transformer"])
def test_every_clip_shows_some_of_its_own_and_hides_some_of_its_own(frames: int, encoder: str) -> None:
    method = method_with(encoder=encoder)
    for seed in range(5):
        views = views_for(method, frames, seed)
        own = views["own"]
        assert (own.sum(1) > 1).all()
        shown, hidden = (own.gather(1, views[name]).sum(1) for name in ("seen", "hidden"))
        assert (shown > 0).all() and (hidden > 0).all()
        assert torch.equal(shown, (own.sum(1) * 0.25).round().long().clamp(min=1))


@pytest.mark.parametrize("frames", [15, 19])
def test_padding_is_never_counted(frames: int) -> None:
    """Other sounds where a clip isn't: what is to be drawn there is not asked for."""
    method = method_with()
    views = views_for(method, frames)
    patches = views["patches"]
    louder = torch.where(views["own"][:, :, None], patches, 1e6)
    found = torch.randn_like(patches)
    both = [Bare(found, method.config).loss({**views, "patches": p})["loss"] for p in (patches, louder)]
    assert torch.equal(*both)
    silent = (patches.unflatten(2, (-1, method.encoder.stride)).amax(2) < (-11 + 4) / 3).any(2)  # (B, N): a frame of it
    assert not (views["own"] & silent).any() and (views["own"].sum(1) >= frames // 2 - 1).all()


@pytest.mark.parametrize("encoder", ["frame_transformer", "patch_transformer"])
def test_what_is_drawn_equals_the_slow_one(encoder: str) -> None:
    """Token by token: each seen patch with its own place through the encoder, then back at its place."""
    method = method_with(encoder=encoder).eval()
    views = views_for(method)
    patches, seen = views["patches"][:3], views["seen"][:3]
    network = method.encoder
    with torch.no_grad():
        found = method.drawn(patches, seen)
        assert not torch.equal(method.missing, torch.zeros_like(method.missing))
        places = network.positions(patches.shape[1], patches.device)
        for clip in range(3):
            given = [network.embedding(patches[clip, n]) + places[n] for n in seen[clip].tolist()]
            known = dict(
                zip(seen[clip].tolist(), method.enter(network.context(torch.stack(given)[None]))[0], strict=True)
            )
            tokens = [known.get(n, method.missing) + places[n, ::2] for n in range(patches.shape[1])]
            drawn = method.paint(method.decode(torch.stack(tokens)[None]))[0]
            torch.testing.assert_close(found[clip], drawn, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("part", [0.5, 0.75, 0.9])
def test_exactly_the_part_asked_is_dropped(part: float) -> None:
    method = method_with(dropped_part=part)
    views = views_for(method)
    count = views["patches"].shape[1]
    assert views["seen"].shape == (CLIPS, max(1, round(count * (1 - part))))
    both = torch.cat([views["seen"], views["hidden"]], dim=1).sort(1).values
    assert torch.equal(both, torch.arange(count).expand(CLIPS, -1))


def test_what_is_hidden_is_not_seen() -> None:
    """Other sounds in the dropped patches: nothing that is drawn moves."""
    method = method_with().eval()
    views = views_for(method)
    patches = views["patches"]
    hidden = torch.zeros(patches.shape[:2], dtype=torch.bool).scatter(1, views["hidden"], True)
    other = torch.where(hidden[:, :, None], torch.randn_like(patches), patches)
    assert torch.equal(method.drawn(patches, views["seen"]), method.drawn(other, views["seen"]))
    third = torch.where(hidden[:, :, None], patches, torch.randn_like(patches))
    assert not torch.equal(method.drawn(patches, views["seen"]), method.drawn(third, views["seen"]))


def test_the_encoder_is_given_the_visible_patches_alone() -> None:
    method = method_with()
    views, lengths = views_for(method), []
    method.encoder.blocks[0].register_forward_pre_hook(lambda block, given: lengths.append(given[0].shape[1]))
    method.decode[0].register_forward_pre_hook(lambda block, given: lengths.append(given[0].shape[1]))
    method.loss(views)
    assert lengths == [views["seen"].shape[1], views["patches"].shape[1]]


def test_the_decoder_is_told_where_each_patch_lay() -> None:
    """Empty tokens are all alike: only their places make them different."""
    method = method_with().eval()
    patches = torch.randn(1, 16, method.encoder.patch_bands * method.encoder.stride)
    found = method.drawn(patches, torch.tensor([[0, 5, 9, 14]]))[0, [1, 2, 3, 4]]
    assert torch.pdist(found).min() > 1e-3


def test_patches_of_silence_alone_do_not_count() -> None:
    method = method_with(time_stretch=0.0, time_shift=0.0)  # clips begin where the view does
    views = views_for(method, frames=16)
    moments = views["own"].unflatten(1, (-1, method.encoder.across))
    half = 16 // method.encoder.stride
    assert moments[:, :half].all() and not moments[:, half:].any()


def test_the_lens_shows_the_seen_patches_as_they_are() -> None:
    method = method_with().eval()
    views = views_for(method)
    with torch.no_grad():
        lens = method.lens(views)
    assert {name: picture.shape[:2] for name, picture in lens.items()} == dict.fromkeys(lens, (8, MELS))
    seen = torch.zeros(8, views["patches"].shape[1], 1).scatter(1, views["seen"][:8, :, None], 1.0)
    shown = method.encoder.spectrogram(seen.expand_as(views["patches"][:8])) > 0
    for name in ("masked", "predicted"):
        assert torch.equal(lens[name][shown], lens["original"][shown])
        assert not torch.equal(lens[name][~shown], lens["original"][~shown])
    assert not lens["masked"][~shown].any()
