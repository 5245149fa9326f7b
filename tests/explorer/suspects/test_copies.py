import numpy as np
import pytest

from explorer.runs.snapshots import unit_rows
from explorer.suspects.copies import best_shift, centred, copies, most_alike, spectrum


def spread(n: int = 200) -> np.ndarray:
    return unit_rows(np.random.default_rng(0).normal(size=(n, 8)))


def same_sound(one: np.ndarray, other: np.ndarray) -> float:
    return best_shift(centred(one), centred(other))[0]


def nearest_pairs(units: np.ndarray) -> set[tuple[int, int]]:
    return {(pair.row, pair.other) for pair in copies(units, None)}


def test_copies_are_found_without_a_number_that_somebody_set() -> None:
    units = spread()
    assert nearest_pairs(units) == set()
    units[7], units[30] = units[100], unit_rows(units[[31]] + 1e-3)[0]
    assert nearest_pairs(units) == {(7, 100), (30, 31)}


def test_a_recording_is_the_same_when_it_is_shifted_or_louder_and_no_other_is() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(size=(2, 8000)).astype(np.float32)
    assert same_sound(one, 0.1 * np.roll(np.pad(one, 400), 100)) == pytest.approx(1, abs=0.01)
    assert same_sound(one, other) < 0.2
    assert same_sound(one, np.zeros(8000, np.float32)) == 0


def test_a_constant_offset_makes_no_two_sounds_alike() -> None:
    one, other = np.random.default_rng(0).normal(size=(2, 4000)) * 0.05 + 0.3
    assert same_sound(one, other) < 0.2
    assert spectrum(one) @ spectrum(other) == pytest.approx(spectrum(one - 0.3) @ spectrum(other - 0.3), abs=0.01)


def decaying(random: np.random.Generator, size: int) -> np.ndarray:
    return (random.normal(size=size) * np.exp(-np.arange(size) / (size / 4))).astype(np.float32)


def test_trimmed_and_later_copies_are_found_though_others_lie_nearer() -> None:
    random, units = np.random.default_rng(0), spread()
    sounds = [decaying(random, 3000) for _ in units]
    sounds[7], sounds[9], sounds[11] = sounds[100][:2000], np.pad(sounds[101], (640, 0)), 0.2 * sounds[102]
    for copy, of in ((7, 100), (9, 101), (11, 102)):
        between = [at for at in range(20, 100) if at % 3 == copy % 3][:10]
        units[copy] = unit_rows(units[[of]] + 0.2 * spread()[[copy]])[0]
        units[between] = unit_rows(units[[copy]] + 0.01 * spread()[between])  # nearer than what it is a copy of
    found = copies(units, lambda row: sounds[row])
    assert {(pair.row, pair.other) for pair in found} == {(7, 100), (9, 101), (11, 102)}
    assert all(pair.alike is not None and pair.alike > 0.95 for pair in found)
    assert not {(7, 100), (9, 101), (11, 102)} & {(pair.row, pair.other) for pair in copies(units, None)}


def test_the_bound_is_below_no_correlation() -> None:
    random = np.random.default_rng(0)
    sounds = [decaying(random, int(size)) for size in random.integers(300, 6000, 40)]
    sounds += [np.pad(sound[: len(sound) * 9 // 10], (at * 7, 0)) for at, sound in enumerate(sounds)]
    sounds += [np.zeros(500, np.float32), np.sin(np.arange(4000) / 9).astype(np.float32)]
    pairs = np.array([(a, b) for a in range(len(sounds)) for b in range(a)])
    bounds = most_alike(np.stack([spectrum(sound) for sound in sounds]), pairs)
    reached = np.array([same_sound(sounds[a], sounds[b]) for a, b in pairs])
    assert (reached <= bounds + 0.01).all() and reached.max() > 0.99
