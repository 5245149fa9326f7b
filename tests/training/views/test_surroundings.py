"""Reverberation and background against loops in float64."""

import math

import numpy as np
import pytest
import torch

from training.views.surroundings import reverberated, smeared, turned, with_background, with_background_power


def test_reverberation_is_a_convolution_with_noise_that_dies_away() -> None:
    random = np.random.default_rng(0)
    waveforms, noise = random.normal(size=(3, 40)), random.normal(size=(3, 12))
    decay, wet = np.array([5.0, 12.0, 60.0]), np.array([0.0, 0.5, 1.0])
    found = reverberated(*map(torch.from_numpy, (waveforms, noise, decay, wet))).numpy()
    assert found.shape == (3, 40)
    for b in range(3):
        tail = [noise[b, k] * 10 ** (-3 * k / decay[b]) for k in range(12)]  # -60 dB is a thousandth
        energy = sum(a * a for a in tail)
        answer = [math.sqrt(wet[b] / energy) * a for a in tail]
        for v in range(40):
            echo = sum(answer[k] * waveforms[b, v - k] for k in range(12) if v >= k)
            assert found[b, v] == pytest.approx(waveforms[b, v] + echo, abs=1e-9)
    np.testing.assert_allclose(found[0], waveforms[0])


def test_smearing_rings_on_and_never_ahead() -> None:
    random = np.random.default_rng(0)
    power = random.exponential(size=(3, 4, 15))
    decay, wet = np.array([2.0, 7.0, 30.0]), np.array([0.0, 0.5, 1.0])
    found = smeared(*map(torch.from_numpy, (power, decay, wet))).numpy()
    for b in range(3):
        kept = 10 ** (-6 / decay[b])  # of the power, from one frame to the next
        for f in range(4):
            for t in range(15):
                ringing = sum(power[b, f, s] * kept ** (t - s - 1) for s in range(t))
                expected = power[b, f, t] + wet[b] * (1 - kept) * ringing
                assert found[b, f, t] == pytest.approx(expected, rel=1e-9)


def test_all_that_rings_on_is_the_part_asked_for() -> None:
    impulse = torch.zeros(1, 1, 400, dtype=torch.float64)
    impulse[..., 3] = 1
    ringing = smeared(impulse, torch.tensor([30.0]).double(), torch.tensor([0.7]).double())
    assert float(ringing.sum()) == pytest.approx(1.7, rel=1e-6) and ringing[..., :3].abs().sum() == 0
    levels_db = 10 * ringing[0, 0, 4:].log10()
    assert float(levels_db[0] - levels_db[30]) == pytest.approx(60)


def test_turning_is_a_roll_of_each_clip() -> None:
    x, offsets = torch.randn(4, 3, 7), torch.tensor([0, 1, 6, 3])
    found = turned(x, offsets)
    for b in range(4):
        assert torch.equal(found[b], x[b].roll(int(offsets[b]), -1))
    assert torch.equal(turned(x[:, 0], offsets), found[:, 0])


def test_a_background_has_its_level_below_the_clip() -> None:
    waveforms = torch.randn(4, 50).double() * torch.tensor([[0.1], [1.0], [5.0], [0.02]])
    partners, offsets = torch.tensor([1, 0, 3, 2]), torch.tensor([3, 0, 49, 20])
    decibel = torch.tensor([0.0, -20.0, -6.0, -torch.inf]).double()
    found = with_background(waveforms, waveforms[partners], offsets, decibel)
    for b in range(4):
        other = waveforms[partners[b]].roll(int(offsets[b]))
        rms, others = (math.sqrt(sum(float(x) ** 2 for x in w) / 50) for w in (waveforms[b], other))
        torch.testing.assert_close(found[b], waveforms[b] + other * (rms / others * 10 ** (float(decibel[b]) / 20)))


def test_a_silent_background_adds_nothing() -> None:
    waveforms = torch.zeros(2, 50)
    waveforms[0] = torch.randn(50)
    found = with_background(waveforms, waveforms.flip(0), torch.tensor([0, 0]), torch.zeros(2))
    assert torch.equal(found, waveforms)


def test_a_background_in_power() -> None:
    power = torch.empty(3, 4, 9).exponential_().double()
    partners, offsets = torch.tensor([2, 0, 1]), torch.tensor([0, 4, 8])
    decibel = torch.tensor([0.0, -10.0, -torch.inf]).double()
    found = with_background_power(power, power[partners], offsets, decibel)
    for b in range(3):
        for f in range(4):
            for t in range(9):
                other = power[partners[b], f, (t - int(offsets[b])) % 9]
                assert float(found[b, f, t]) == pytest.approx(
                    float(power[b, f, t] + other * 10 ** (float(decibel[b]) / 10))
                )
