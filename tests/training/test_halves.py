"""Where few labels come from, and where the accuracy is measured."""

import numpy as np
import pytest

from training.halves import drawn_in_turns, halves, learnable


@pytest.mark.parametrize("seed", range(5))
def test_halves_never_share_a_group_and_hold_the_same_classes(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = random.integers(0, 9, 400)
    codes = random.integers(0, 5, 400)
    side = halves(codes, groups, seed)
    assert set(np.unique(side)) == {0, 1}
    assert not set(groups[side == 0]) & set(groups[side == 1])
    counts = np.stack([np.bincount(codes[side == half], minlength=5) for half in (0, 1)])
    assert counts.min() > 0.25 * counts.sum(0).max()


def test_groups_of_a_single_class_are_dealt_class_by_class() -> None:
    """As where each recording is a source of its own."""
    groups, codes = np.arange(40), np.arange(40) % 5
    side = halves(codes, groups, 0)
    assert [int((side[codes == c] == 0).sum()) for c in range(5)] == [4] * 5


def test_a_class_of_a_single_source_is_left_out() -> None:
    codes, side = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 1, 1])
    assert learnable(codes, side).tolist() == [True] * 4 + [False] * 2


def test_labels_are_drawn_in_turns_over_the_sources() -> None:
    codes = np.repeat([0, 1], 60)
    groups = np.concatenate([np.zeros(50, int), np.ones(5, int), np.full(5, 2)] * 2)
    allowed = np.ones(120, bool)
    allowed[:3] = False
    drawn = drawn_in_turns(codes, groups, allowed, 9, seed=1)
    assert allowed[drawn].all() and len(np.unique(drawn)) == 18
    for code in (0, 1):
        assert np.bincount(groups[drawn[codes[drawn] == code]]).tolist() == [3, 3, 3]
    assert not np.array_equal(drawn, drawn_in_turns(codes, groups, allowed, 9, seed=2))
