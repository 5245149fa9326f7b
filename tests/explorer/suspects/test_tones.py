import numpy as np
import pytest

from explorer.runs.snapshots import unit_rows
from explorer.suspects.copies import best_shift, centred, copies
from explorer.suspects.tones import FRAME_SAMPLES, bandwidth_hz, fade_alike, is_tone
from training.data.dataset import SAMPLE_RATE


def tone(hz: float, fades_in: float, seconds: float = 0.5) -> np.ndarray:
    """Of which each `fades_in` seconds take a factor e."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * hz * time) * np.exp(-time / fades_in)).astype(np.float32)


def coded(sound: np.ndarray) -> np.ndarray:
    """As a coder leaves it: a little noise below it, however loud it is."""
    noise = np.random.default_rng(0).normal(size=len(sound))
    return (sound + 0.02 * np.abs(sound) * noise).astype(np.float32)


TONE = tone(110, 0.12)
COPIES = {
    "the same": TONE,
    "softer": 0.2 * TONE,
    "trimmed": TONE[: len(TONE) // 2],
    "later": np.pad(TONE, (700, 0)),
    "cut in front": TONE[200:],
    "coded": coded(TONE),
    "turned over": -TONE,
    "faded out": TONE * np.minimum(1, np.arange(len(TONE))[::-1] / 800).astype(np.float32),
}
OTHERS = {
    "of another decay": tone(110, 0.09),
    "a few cents higher": tone(110 * 2 ** (6 / 1200), 0.17),
    "both": tone(110.2, 0.085),
}


def alike(one: np.ndarray, other: np.ndarray) -> tuple[float, bool]:
    correlation, shift = best_shift(centred(one), centred(other))
    return correlation, fade_alike(centred(one), centred(other), shift)


def test_how_wide_a_sound_is_by_its_spectrum() -> None:
    noise = np.random.default_rng(0).normal(size=SAMPLE_RATE).astype(np.float32)
    assert bandwidth_hz(noise) == pytest.approx(
        SAMPLE_RATE / 4, rel=0.1
    )  # half of its bins, as each has a power of its own
    assert bandwidth_hz(TONE) < 20 and is_tone(TONE) and not is_tone(noise)
    assert bandwidth_hz(np.zeros(100, np.float32)) == 0


@pytest.mark.parametrize("what", COPIES)
def test_one_gain_brings_a_copy_onto_its_tone(what: str) -> None:
    assert alike(TONE, COPIES[what])[1] and alike(COPIES[what], TONE)[1]


@pytest.mark.parametrize("what", OTHERS)
def test_another_tone_correlates_as_a_copy_does_and_is_none(what: str) -> None:
    correlation, same = alike(TONE, OTHERS[what])
    assert correlation > 0.95 and not same and not alike(OTHERS[what], TONE)[1]


@pytest.mark.parametrize("samples", [1, 3, FRAME_SAMPLES + 1])
def test_what_overlaps_little_is_judged_by_that_and_silence_is_no_copy(samples: int) -> None:
    assert fade_alike(TONE[-samples:], TONE[-samples:], 0)
    assert not fade_alike(np.zeros(samples), TONE[:samples], 0)


def test_only_copies_are_listed_among_tones_of_nearly_one_pitch() -> None:
    random = np.random.default_rng(0)
    sounds = [TONE, *COPIES.values(), *OTHERS.values()]
    units = unit_rows(random.normal(size=(1, 8)) + 0.01 * random.normal(size=(len(sounds), 8)))
    found = {(pair.row, pair.other) for pair in copies(units, lambda row: sounds[row])}
    assert {(0, row) for row in range(1, 1 + len(COPIES))} <= found
    assert max(other for _, other in found) <= len(COPIES)
