"""Windows follow each other; a tail is kept when it is long enough or alone."""

import numpy as np
import pytest

from training.data.windows import window_samples, windows
from training.errors import UserError


def cut(total: int, window: int, block: int = 7) -> list[tuple[int, int]]:
    samples = np.arange(total, dtype=np.int16)
    found = list(windows((samples[at : at + block] for at in range(0, total, block)), window))
    assert all(part.tolist() == samples[start : start + window].tolist() for start, part in found)
    return [(start, len(part)) for start, part in found]


@pytest.mark.parametrize("block", [1, 7, 100])
def test_windows_and_tails(block: int) -> None:
    assert cut(20, 20, block) == [(0, 20)]
    assert cut(45, 20, block) == [(0, 20), (20, 20), (40, 5)]
    assert cut(44, 20, block) == [(0, 20), (20, 20)]
    assert cut(1, 20, block) == [(0, 1)]
    assert cut(0, 20, block) == []


def test_the_length_is_checked() -> None:
    assert window_samples(2.0) == 32_000 and window_samples(0.1) == 1_600
    for seconds in (0.0, -1.0, float("nan"), float("inf"), 61.0):
        with pytest.raises(UserError, match=r"0\.1 to 60 seconds"):
            window_samples(seconds)
