"""Every augmentation of mel power against loops in float64. A setting without its own test fails the first test here."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Generator

from training.settings import describe
from training.spectrogram import FLOOR
from training.views.amounts import Amounts
from training.views.drawn import nobody
from training.views.mel import MelViews, _recropped
from training.views.mel_changes import (
    NOISE_POOL,
    coloured_noise,
    equalised,
    masked,
    mixed,
    placement,
    pool_of,
    shown,
    warped,
)

OFF = MelViews(
    crop_seconds=0.32, time_shift=0.0, time_stretch=0.0, frequency_shift=0.0, frequency_stretch=0.0, mixup=0.0,
    background=0.0, reverb=0.0, noise=0.0, equalizer=0.0, resize_crop=0.0, time_mask=0.0, frequency_mask=0.0,
)  # fmt: skip
ON: dict[str, float] = {
    "time_shift": 1.0, "time_stretch": 0.3, "frequency_shift": 0.3, "frequency_stretch": 0.3, "mixup": 0.5,
    "noise": 1.0, "equalizer": 1.0, "time_mask": 0.5, "frequency_mask": 0.5,
    "background": 1.0, "reverb": 1.0, "resize_crop": 0.5,
}  # fmt: skip
"""A value at which each setting must show."""
COVERING = {"mixup", "background", "reverb", "noise", "time_mask"}
"""Those that let something else be heard than the clip, or hide frames of it."""
BURST = torch.ones(64, 6, 12) * (torch.arange(12) < 9)
"""64 clips of power 1, (B, F, T), each 9 frames long."""
HOP = 0.02
"""Seconds of a frame."""


def clips(batch: int = 8, bands: int = 6, frames: int = 16, seed: int = 0) -> torch.Tensor:
    return torch.empty(batch, bands, frames).exponential_(generator=Generator().manual_seed(seed))


def test_every_setting_is_tested() -> None:
    named = {s.name for s in describe(MelViews)}
    assert named == {f.name for f in fields(MelViews)}
    assert ON.keys() == named - {"crop_seconds"}, "ON of this file has a value for every setting at which it shows"


def test_all_off_gives_the_clip_itself() -> None:
    power = clips()
    view = OFF(power, torch.full((8,), 16), 16, Generator().manual_seed(1), HOP)
    torch.testing.assert_close(view, (power + FLOOR).log(), atol=2e-4, rtol=1e-4)


def test_a_shorter_clip_is_padded_with_silence() -> None:
    power = clips(frames=10)
    power[:, :, 7:] = 0
    view = OFF(power, torch.full((8,), 7), 16, Generator().manual_seed(1), HOP)
    torch.testing.assert_close(view[:, :, :7], (power[:, :, :7] + FLOOR).log(), atol=2e-4, rtol=1e-4)
    assert (view[:, :, 8:] - math.log(FLOOR)).abs().max() < 1e-4


@pytest.mark.parametrize("name", ON)
def test_each_augmentation_shows_is_deterministic_and_pure(name: str) -> None:
    views, power, lengths = replace(OFF, **{name: ON[name]}), clips(), torch.full((8,), 12)
    power[:, :, 12:] = 0
    before = power.clone()
    generator = Generator().manual_seed(3)
    state = torch.get_rng_state()
    first = views(power, lengths, 16, generator, HOP)
    second = views(power, lengths, 16, generator, HOP)
    again = views(power, lengths, 16, Generator().manual_seed(3), HOP)
    off = OFF(power, lengths, 16, Generator().manual_seed(3), HOP)
    assert first.shape == (8, 6, 16) and torch.isfinite(first).all()
    assert torch.equal(first, again), "the same generator must give the same view"
    assert not torch.equal(first, second), "two views must differ"
    assert (first - off).abs().max() > 0.05, "it must show"
    assert torch.equal(power, before), "the input must stay as it is"
    assert torch.equal(state, torch.get_rng_state()), "no other generator may be touched"
    assert first.min() >= math.log(FLOOR) - 1e-4


def test_a_pair_is_two_different_views_in_the_order_of_the_clips() -> None:
    views, power = replace(OFF, equalizer=0.3), clips()
    first, second = views.pair(power, torch.full((8,), 16), 16, Generator().manual_seed(0), HOP)
    assert not torch.equal(first, second)
    clip = (power + FLOOR).log()
    for view in (first, second):
        nearest = torch.cdist(view.flatten(1), clip.flatten(1)).argmin(1)
        assert nearest.tolist() == list(range(8))


def test_a_view_is_a_multiple_of_eight_frames() -> None:
    for seconds in (0.2, 0.5, 0.96, 3.1):
        for hop_seconds in (0.005, 0.02, 0.05):
            frames = replace(OFF, crop_seconds=seconds).frames(hop_seconds)
            assert frames % 8 == 0 and frames >= 8
            assert abs(frames * hop_seconds - seconds) <= 4.001 * hop_seconds or frames == 8


def test_placement() -> None:
    """A clip of 4 lies in a view of 10 between 0 and 6 · freedom; of one of 25 any 10 in a row are shown."""
    lengths = torch.tensor([4.0, 4.0, 4.0, 25.0, 25.0, 10.0])
    uniform = torch.tensor([0.0, 0.5, 1.0, 0.0, 1.0, 0.7])
    for freedom in (0.0, 0.5, 1.0):
        expected = [0.0, 3.0 * freedom, 6.0 * freedom, 0.0, -15.0, 0.0]
        torch.testing.assert_close(placement(lengths, 10, uniform, freedom), torch.tensor(expected))


def test_warping() -> None:
    random = np.random.default_rng(0)
    batch, bands, length, frames = 5, 6, 9, 12
    power = random.exponential(size=(batch, bands, length))
    starts, stretch = random.uniform(-6, 6, batch), np.exp(random.uniform(-0.5, 0.5, batch))
    scale, shift = np.exp(random.uniform(-0.5, 0.5, batch)), random.uniform(-0.5, 0.5, batch)
    found = warped(
        torch.from_numpy(power), frames, starts=torch.from_numpy(starts), stretch=torch.from_numpy(stretch),
        frequency_scale=torch.from_numpy(scale), frequency_shift=torch.from_numpy(shift),
    ).numpy()  # fmt: skip

    def at(clip: int, band: int, frame: int) -> float:
        return power[clip, band, frame] if 0 <= frame < length and 0 <= band < bands else 0.0

    for b in range(batch):
        for f in range(bands):
            for v in range(frames):
                time = (v - starts[b]) * stretch[b]
                height = ((f + 0.5) / bands * 2 - 1) * scale[b] + shift[b]
                band = min(max((height + 1) / 2 * bands - 0.5, 0.0), bands - 1.0)  # the edge band goes on
                f0, t0 = math.floor(band + 1e-9), math.floor(time)
                pf, pt = max(band - f0, 0.0), time - t0
                expected = (1 - pf) * ((1 - pt) * at(b, f0, t0) + pt * at(b, f0, t0 + 1)) + pf * (
                    (1 - pt) * at(b, f0 + 1, t0) + pt * at(b, f0 + 1, t0 + 1)
                )
                assert found[b, f, v] == pytest.approx(expected, abs=1e-5), (b, f, v)


def test_the_frames_shown_are_those_nearest_to_the_clips_own() -> None:
    lengths, frames = torch.tensor([4, 6, 25, 25]), 10
    starts, stretch = torch.tensor([0.0, 2.7, -15.0, 0.0]), torch.tensor([1.0, 1.5, 1.0, 2.0])
    found = shown(lengths, frames, starts, stretch)
    for b in range(4):
        for v in range(frames):
            time = float((v - starts[b]) * stretch[b])
            assert bool(found[b, v]) == (0 <= math.floor(time + 0.5) < lengths[b]), (b, v)
    assert found.sum(1).tolist() == [4, 4, 10, 10]


@pytest.mark.parametrize("length", [10, 16, 40])
def test_unstretched_frames_are_the_clips_own(length: int) -> None:
    """None is a blend of two: what is hidden in a view must not be read off a frame beside it."""
    views, power = replace(OFF, time_shift=1.0, frequency_stretch=0.1), clips(frames=length)
    changed = power.clone()
    changed[:, :, 5] *= 7  # one frame of each clip
    lengths = torch.full((8,), length)
    views_of = [views(p, lengths, 16, Generator().manual_seed(2), HOP) for p in (power, changed)]
    differing = (views_of[0] - views_of[1]).abs().amax(1) > 1e-3  # (B, V)
    assert differing.sum(1).max() == 1


def test_unstretched_a_clip_may_begin_at_each_frame_of_its_room_the_last_too() -> None:
    power = torch.ones(200, 2, 10)
    _, inside = replace(OFF, time_shift=1.0).placed(power, torch.full((200,), 10), 16, Generator().manual_seed(0), HOP)
    assert set(inside.int().argmax(1).tolist()) == set(range(7))


def test_padding_is_told_from_the_clip() -> None:
    """Where nothing else is mixed in, frames that don't show the clip are silent and those that do are not."""
    views, lengths = replace(OFF, time_shift=1.0, time_stretch=0.2), torch.arange(4, 12)
    power = torch.ones(8, 6, 12) * (torch.arange(12) < lengths[:, None])[:, None]
    view, inside = views.placed(power, lengths, 24, Generator().manual_seed(0), HOP)
    assert torch.equal(view, views(power, lengths, 24, Generator().manual_seed(0), HOP))
    loud = view.amax(1) > math.log(0.5)  # between two frames it is interpolated
    assert torch.equal(inside, loud) and 0 < int(inside.sum()) < inside.numel()


@pytest.mark.parametrize("name", sorted(ON.keys() - COVERING))
def test_what_is_shown_moves_with_the_clip(name: str) -> None:
    """The frames that are told to show the clip are those in which it is heard."""
    views = replace(OFF, **{"time_shift": 0.7, name: ON[name]})
    view, inside = views.placed(BURST, torch.full((64,), 9), 24, Generator().manual_seed(0), HOP)
    loud = view.amax(1) > math.log(FLOOR) / 2
    assert (loud == inside).float().mean() > 0.95, "what moves frames of the view moves `inside` too"


def test_after_a_resized_crop_the_frames_shown_are_those_nearest_to_the_clips_own() -> None:
    """Of full size, begun 2.4 frames later: view frame v is frame v + 2.4."""

    class Given(Amounts):
        def symmetric(self, reach: float) -> torch.Tensor:
            return torch.zeros(1)

        def uniform(self) -> torch.Tensor:
            return torch.tensor([0.8])

    inside = (torch.arange(16) >= 5) & (torch.arange(16) < 11)
    amounts = Given(1, torch.device("cpu"), Generator())
    found = _recropped(torch.zeros(1, 4, 16), inside[None], amounts, 0.5, nobody)[1]
    assert found[0].tolist() == [4.5 <= v + 2.4 < 10.5 for v in range(16)]


def test_a_resized_crop_blows_some_clips_up_and_shrinks_others() -> None:
    views = replace(OFF, time_shift=1.0, resize_crop=0.5)
    widths = views.placed(BURST, torch.full((64,), 9), 24, Generator().manual_seed(0), HOP)[1].sum(1)
    assert widths.min() < 9 < widths.max()


@pytest.mark.parametrize("crop_seconds", [0.32, 1.0, 3.0])
@pytest.mark.parametrize("hop", [0.02, 0.01])
def test_reverberation_rings_on_for_its_seconds_whatever_the_views_length(crop_seconds: float, hop: float) -> None:
    """A click rings on for 0.1 to 0.6 s, in frames of a hop, also where the view is not as long as `crop_seconds`."""
    views, frames = replace(OFF, crop_seconds=crop_seconds, reverb=1.0), 40
    power = torch.zeros(400, 2, frames, dtype=torch.float64)
    power[:, :, 0] = 1e9
    view = views(power, torch.full((400,), frames), frames, Generator().manual_seed(0), hop)
    falls = view[:, 0, 2] - view[:, 0, 3]  # neper a frame
    ringing = 6 * math.log(10) / falls[falls.isfinite() & (view[:, 0, 3] > 0)] * hop
    assert ringing.min() > 0.1 - 1e-3 and ringing.max() < 0.6 + 1e-3
    assert float(ringing.mean()) == pytest.approx(0.35, abs=0.03)


def test_mixing_is_in_power() -> None:
    power, partners, amounts = (
        clips(4).double(),
        torch.tensor([2, 0, 3, 1]),
        torch.tensor([0.0, 0.25, 0.5, 0.9]).double(),
    )
    found = mixed(power, power[partners], amounts)
    for b in range(4):
        expected = (1 - amounts[b]) * power[b] + amounts[b] * power[partners[b]]
        torch.testing.assert_close(found[b], expected)


def test_noise_is_exponential_coloured_and_of_its_level() -> None:
    level, tilt = torch.tensor([0.0, 0.5, 2.0]), torch.tensor([[0.0], [0.0], [1.0]])
    noise = coloured_noise(level, tilt, torch.tensor([7, 100, 5000]), 20, 5000)
    assert noise[0].abs().sum() == 0 and noise.min() >= 0
    white = noise[1]
    assert float(white.mean()) == pytest.approx(0.5, rel=0.02)
    assert float(white.std()) == pytest.approx(0.5, rel=0.03)  # an exponential's deviation is its mean
    for f in range(20):
        assert float(noise[2, f].mean()) == pytest.approx(2 * math.exp(-1 + 2 * f / 19), rel=0.1)


def test_a_view_larger_than_the_pool_has_noise_too() -> None:
    """As audio2vec's, of nine slices of a second each."""
    x = replace(OFF, noise=1.0)(clips(2, 128, 10), torch.tensor([10, 10]), 2600, Generator().manual_seed(0), 0.005)
    assert pool_of(128, 2600) >= 2 * 128 * 2600 > NOISE_POOL and pool_of(1, 1) == NOISE_POOL
    assert x.shape == (2, 128, 2600) and float(x[0].std()) > 0.1 and not torch.equal(x[0], x[1])


def test_equalizing() -> None:
    random = np.random.default_rng(0)
    power, gains = random.exponential(size=(3, 11, 4)), random.normal(size=(3, 5))
    found = equalised(torch.from_numpy(power), torch.from_numpy(gains)).numpy()
    for b in range(3):
        for f in range(11):
            place = f / 10 * 4
            left = min(int(place), 3)
            gain = gains[b, left] + (gains[b, left + 1] - gains[b, left]) * (place - left)
            np.testing.assert_allclose(found[b, f], power[b, f] * math.exp(gain), rtol=1e-6)


@pytest.mark.parametrize("axis", [1, 2])
def test_masking(axis: int) -> None:
    random = np.random.default_rng(axis)
    x, place, width = random.normal(size=(6, 10, 14)), random.uniform(size=6), random.uniform(0, 0.5, 6)
    width[0] = 0.0
    found = masked(*map(torch.from_numpy, (x, place, width)), axis=axis).numpy()  # type: ignore[arg-type]
    size = x.shape[axis]
    for b in range(6):
        for i in range(size):
            begin = place[b] * (1 - width[b]) * size
            inside = begin <= i < begin + width[b] * size
            row = found[b].take(i, axis - 1)
            expected = np.full_like(row, math.log(FLOOR)) if inside else x[b].take(i, axis - 1)
            np.testing.assert_allclose(row, expected)
    np.testing.assert_array_equal(found[0], x[0])
