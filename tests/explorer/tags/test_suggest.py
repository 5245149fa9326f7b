"""A clip is suggested as likely or as uncertain, and never as both."""

import numpy as np

from explorer.tags.suggest import suggestions


def unit_rows(rng: np.random.Generator, centre: np.ndarray, n: int, spread: float) -> np.ndarray:
    rows = centre + spread * rng.normal(size=(n, len(centre)))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_what_is_likely_is_not_uncertain_as_well() -> None:
    rng, axes = np.random.default_rng(0), np.eye(8)
    between = (axes[0] + axes[1]) / 2
    units = np.concatenate([unit_rows(rng, centre, 10, 0.1) for centre in (axes[0], axes[1], between)])
    found = suggestions(units, [0, 1, 2], [10, 11, 12], 5)
    likely, uncertain = ({row for row, _ in part} for part in (found.likely, found.uncertain))
    assert len(likely) == len(uncertain) == 5 and not likely & uncertain
    assert likely <= set(range(3, 10)), "the class itself"
    doubts = [abs(score - 0.5) for _, score in found.uncertain]
    assert doubts == sorted(doubts)


def test_where_nothing_reaches_a_half_there_is_one_list() -> None:
    rng, axes = np.random.default_rng(0), np.eye(8)
    units = np.concatenate([axes[:1], unit_rows(rng, axes[1], 20, 0.1)])
    found = suggestions(units, [0], [1, 2], 5)
    assert len(found.likely) == 5 and found.likely[0][1] < 0.5
    assert found.uncertain == ()
    assert suggestions(units, list(range(21)), [], 5).likely == ()
