from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.neighbours import nearest_of_all, nearest_rows, neighbours_of_point
from explorer.runs.snapshots import embeddings, unit_rows


def test_neighbours_are_those_of_a_slow_search(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=60)
    vectors = embeddings(run, 20).astype(np.float64)
    vectors -= vectors.mean(axis=0)
    cosine = [np.dot(v, vectors[7]) / np.linalg.norm(v) / np.linalg.norm(vectors[7]) for v in vectors]
    expected = sorted((i for i in range(60) if i != 7), key=lambda i: -cosine[i])[:10]
    found = neighbours_of_point(run, 20, 7, 10)
    assert [n.row for n in found] == expected
    assert [n.score for n in found] == pytest.approx([cosine[i] for i in expected], abs=1e-5)


def test_no_more_neighbours_than_there_are(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=4)
    assert len(neighbours_of_point(run, 20, 0, 10)) == 3
    assert neighbours_of_point(run, 20, 0, 0) == []


@pytest.mark.parametrize(("step", "point"), [(20, 300), (20, -1), (21, 0)])
def test_what_is_not_there_has_no_neighbours(make_run: Any, tmp_path: Path, step: Any, point: Any) -> None:
    assert neighbours_of_point(make_run(tmp_path / "run"), step, point) is None


def test_equal_scores_come_in_order() -> None:
    units = unit_rows(np.ones((5, 3), np.float32))
    assert [n.row for n in nearest_rows(units, np.ones(3), 5)] == [0, 1, 2, 3, 4]


def test_of_those_that_are_equally_near_the_first_comes_first() -> None:
    units = np.array([[1, 0], *[[0, 1]] * 3], np.float32)
    assert nearest_of_all(units, 3)[0].tolist()[0] == [1, 2, 3]
    assert [n.row for n in nearest_rows(units, units[0], 3, leave_out=0)] == [1, 2, 3]
