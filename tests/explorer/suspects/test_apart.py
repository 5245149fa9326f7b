import numpy as np
import pytest

from explorer.runs.snapshots import unit_rows
from explorer.suspects.apart import clipped_share, far_out, near_pairs, outliers, peak_db, same_sound


def spread(n: int = 200) -> np.ndarray:
    return unit_rows(np.random.default_rng(0).normal(size=(n, 8)))


def test_copies_are_found_without_a_number_that_somebody_set() -> None:
    units = spread()
    assert near_pairs(units) == []
    units[7], units[30] = units[100], unit_rows(units[[31]] + 1e-3)[0]
    assert {(a, b) for a, b, _ in near_pairs(units)} == {(7, 100), (30, 31)}


def test_a_recording_is_the_same_when_it_is_shifted_or_louder_and_no_other_is() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(size=(2, 8000)).astype(np.float32)
    assert same_sound(one, 0.1 * np.roll(np.pad(one, 400), 100)) == pytest.approx(1, abs=0.01)
    assert same_sound(one, other) < 0.2
    assert same_sound(one, np.zeros(8000, np.float32)) == 0


def test_an_outlier_lies_apart_from_clips_of_any_density() -> None:
    units = spread()
    dense, loose = unit_rows(units[:1] + 0.05 * units[:100]), unit_rows(units[1:2] + 0.4 * units[100:])
    units = np.concatenate([dense, loose])
    units[3] = unit_rows(units[[3]] + 0.5 * spread()[[50]])[0]  # as near as the loose ones lie to each other
    assert far_out(outliers(units))[0] == 3
    assert len(far_out(outliers(spread()))) < 10
    assert len(far_out(outliers(spread(5)))) == 0


def test_copies_of_one_clip_make_no_outlier_of_it_or_of_what_lies_beside(recwarn: pytest.WarningsRecorder) -> None:
    units = spread()
    copies = np.repeat(units[:1], 25, axis=0)
    beside = unit_rows(units[:1] + 0.02 * units[1:2])
    factor = outliers(np.concatenate([units, copies, beside]))
    assert factor.max() < 5 and len(set(factor[len(units) : len(units) + 25])) == 1
    assert not recwarn.list


def test_silence_and_clipping_are_read_from_the_samples() -> None:
    tone = np.sin(np.arange(16_000) / 10).astype(np.float32)
    assert peak_db(np.zeros(10, np.float32)) == -np.inf
    assert peak_db(tone * 0.5) == pytest.approx(-6.02, abs=0.01)
    assert clipped_share(tone * 0.9) == 0
    assert clipped_share(np.clip(tone * 2, -1, 1)) > 0.3
    assert clipped_share(tone[:0]) == 0
