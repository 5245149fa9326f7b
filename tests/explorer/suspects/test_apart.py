import numpy as np
import pytest

from explorer.runs.snapshots import unit_rows
from explorer.suspects.apart import clipped_share, far_out, outliers, peak_db


def spread(n: int = 200) -> np.ndarray:
    return unit_rows(np.random.default_rng(0).normal(size=(n, 8)))


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
