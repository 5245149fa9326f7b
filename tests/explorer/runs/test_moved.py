from typing import Any

import numpy as np
import pytest

from explorer.runs import moved
from explorer.runs.moved import compared, moved_most
from explorer.runs.snapshots import unit_rows


def by_hand(old: np.ndarray, new: np.ndarray, row: int, k: int = 10) -> float:
    sets = []
    for units in (old, new):
        scores = units @ units[row]
        scores[row] = -np.inf
        sets.append(set(np.argsort(-scores)[:k].tolist()))
    return 1 - len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def test_a_distance_is_of_the_sets_of_nearest() -> None:
    random = np.random.default_rng(0)
    old = unit_rows(random.normal(size=(60, 8)))
    new = unit_rows(old + 0.3 * random.normal(size=(60, 8)))
    rows = np.array([0, 7, 59])
    np.testing.assert_allclose(compared(old, new, rows)[0], [by_hand(old, new, int(row)) for row in rows])


def test_the_clip_that_left_its_group_moved_most(tmp_path: Any, make_run: Any) -> None:
    random = np.random.default_rng(1)
    centres = random.normal(size=(4, 32)) * 8

    def embedded(step: int) -> np.ndarray:
        groups = np.arange(80) % 4
        groups[17] = 3 if step else 1
        return (centres[groups] + np.random.default_rng(2).normal(size=(80, 32))).astype(np.float32)

    run = make_run(tmp_path / "run", n=80, snapshots=(0, 10), embedded=embedded)
    found = moved_most(run, 0, 10)
    assert found is not None
    assert (found.points[0], found.changed[0]) == (17, 1.0)
    assert sorted(found.points) == list(range(80))
    assert moved_most(run, 0, 5) is None


def test_few_clips_cannot_change_and_one_has_no_others() -> None:
    units = unit_rows(np.random.default_rng(0).normal(size=(5, 3)))
    assert compared(units, units[::-1].copy(), np.arange(5))[0].max() == 0
    assert compared(units[:1], units[:1], np.arange(1))[0].tolist() == [0]


def test_of_many_clips_evenly_taken_ones_are_judged(
    tmp_path: Any, make_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved, "MOST_JUDGED", 5)
    found = moved_most(make_run(tmp_path / "run", n=81, snapshots=(0, 10)), 0, 10)
    assert found is not None and sorted(found.points) == [0, 20, 40, 60, 80]


def test_of_clips_that_changed_altogether_the_one_whose_old_neighbours_are_farthest_comes_first(
    tmp_path: Any, make_run: Any
) -> None:
    spread = np.linspace(0, 0.3, 40)

    def embedded(step: int) -> np.ndarray:
        angles = np.concatenate([spread, np.pi / 2 + spread, np.pi + spread])
        angles[3] = {0: 0.1, 10: np.pi / 2 + 0.1}[step]
        angles[7] = {0: 0.1, 10: np.pi + 0.1}[step]
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    run = make_run(tmp_path / "run", n=120, dim=2, snapshots=(0, 10), embedded=embedded)
    found = moved_most(run, 0, 10)
    assert found is not None and found.points[:2] == (7, 3)


def test_of_snapshots_that_cannot_be_compared_nothing_moved(tmp_path: Any, make_run: Any) -> None:
    run, other = (make_run(tmp_path / name, n=n, snapshots=(0, 10)) for name, n in (("run", 40), ("other", 30)))
    assert moved_most(run, 0, 20) is None, "there is no such snapshot"
    run.snapshot_path(10).write_bytes(other.snapshot_path(10).read_bytes())
    assert moved_most(run, 0, 10) is None, "it is of fewer clips"
    run.snapshot_path(10).write_bytes(b"no archive")
    assert moved_most(run, 0, 10) is None and moved_most(run, 10, 0) is None
