"""Whether rows are told apart: by a test where there are seeds enough, else by the spread alone."""

from math import comb

import pytest

from training.comparing.apart import FEWEST, LEVEL, MOST_DEALS, apart, permutation_test


def test_a_permutation_test_counts_the_ways_to_deal() -> None:
    assert permutation_test([1, 2, 3, 4], [5, 6, 7, 8]) == pytest.approx(2 / 70)
    assert permutation_test([1, 2, 3, 5], [4, 6, 7, 8]) == pytest.approx(4 / 70)
    assert permutation_test([0.1] * 4, [0.1] * 5) == 1.0


def test_of_many_seeds_some_deals_are_drawn() -> None:
    low = [i / 100 for i in range(12)]
    assert comb(24, 12) > MOST_DEALS
    assert permutation_test(low, [value + 1 for value in low]) < 1e-3
    assert permutation_test(low, [value + 0.001 for value in low]) > 0.5


def test_no_test_is_made_that_could_not_find_anything() -> None:
    few, enough = [0.1, 0.2, 0.3, 0.4][: FEWEST - 1], [0.6, 0.7, 0.8, 0.9]
    assert 2 / comb(2 * (FEWEST - 1), FEWEST - 1) > LEVEL > 2 / comb(2 * FEWEST, FEWEST)
    assert apart(few, enough).p is None and apart(enough, enough).p is not None


def test_few_seeds_are_held_against_their_spread() -> None:
    near, far = apart([0.70, 0.72], [0.71, 0.75]), apart([0.50, 0.52], [0.71, 0.75])
    assert near.difference == pytest.approx(0.02) and near.spread == pytest.approx(0.04 / 2**0.5)
    assert (near.told, far.told) == (False, True)


def test_a_single_seed_tells_nothing_of_the_spread() -> None:
    found = apart([0.5], [0.7, 0.8, 0.9, 0.8, 0.7])
    assert (found.spread, found.p, found.told) == (None, None, None)


def test_a_test_has_the_last_word() -> None:
    overlapping = apart([0.1, 0.2, 0.3, 0.9], [0.4, 0.5, 0.6, 1.0])
    assert overlapping.p is not None and overlapping.p > LEVEL and overlapping.told is False
    assert apart([0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]).told is True
