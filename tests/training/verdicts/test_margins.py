"""The closed forms, against what chance does."""

import numpy as np
import pytest

from training.verdicts.margins import margin_of_one, margin_of_two

DRAWS = 200_000


@pytest.mark.parametrize(("p", "clips"), [(0.5, 48), (0.3, 200), (0.6, 1000)])
def test_equal_models_are_further_apart_in_one_case_of_twenty(p: float, clips: int) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.binomial(clips, p, (2, DRAWS)) / clips
    beyond = np.mean(a - b > margin_of_two(p, p, clips))
    assert beyond == pytest.approx(0.05, abs=0.012)
    assert np.mean(a > p + margin_of_one(p, clips)) == pytest.approx(0.05, abs=0.015)


def test_they_are_binomial_standard_errors() -> None:
    assert margin_of_one(0.5, 100) == pytest.approx(1.645 * 0.05)
    assert margin_of_two(0.4, 0.6, 200) == pytest.approx(1.645 * 0.05)
    assert margin_of_two(0.4, 0.6, None) == margin_of_one(0.5, None) == margin_of_one(1.0, 5) == 0
