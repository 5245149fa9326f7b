import numpy as np
import pytest

from benchmarks.suspects import FIRST, found_among, main, swapped
from explorer.runs.points import points
from explorer.runs.snapshots import unit_embeddings, unit_rows
from explorer.suspects.labels import doubts
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER

AT = FIRST.index(0.05)


def made_up(n: int = 500, kinds: int = 10, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit embeddings (n, 16) in clusters, and the code of each."""
    random = np.random.default_rng(seed)
    codes = np.arange(n) % kinds
    return unit_rows(random.normal(size=(kinds, 16))[codes] * 1.5 + random.normal(size=(n, 16))), codes


@pytest.mark.parametrize("seed", range(3))
def test_swapped_labels_stand_among_the_first(seed: int) -> None:
    units, codes = made_up(seed=seed)
    assert found_among(units, codes, seed)[AT] >= 0.8


@pytest.mark.parametrize("seed", range(3))
def test_swapped_labels_of_the_example_stand_among_the_first(seed: int) -> None:
    run = RunFolder(EXAMPLE_FOLDER)
    about, units = points(run), unit_embeddings(run, run.snapshots()[-1])
    assert units is not None
    assert found_among(units, np.array(about.facets[about.main_facet][1]), seed)[AT] >= 0.8


def test_the_other_label_is_the_true_one() -> None:
    units, codes = made_up()
    changed, chosen = swapped(codes, 0)
    assert len(chosen) == 10 and (changed != codes).sum() == 10
    found = doubts(units, changed)
    rows = [list(found.rows).index(row) for row in chosen]
    assert (found.other[rows] == codes[chosen]).mean() >= 0.9
    assert (found.share[rows] > 0.5).mean() >= 0.9


def test_clips_without_a_label_are_left_out_and_do_not_vote() -> None:
    units, codes = made_up()
    half = np.where(np.arange(len(codes)) % 2, codes, -1)
    found = doubts(units, half)
    assert (found.rows % 2 == 1).all()
    assert np.array_equal(found.score, doubts(units[found.rows], codes[found.rows]).score)


@pytest.mark.parametrize("codes", [[], [0, 0, 0], [-1, -1, 1], [0, 1]])
def test_too_few_labels_raise_no_doubt(codes: list[int]) -> None:
    units = np.eye(4, dtype=np.float32)[: len(codes)]
    assert not doubts(units, np.array(codes, int)).score.any()


def test_the_measurement_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0 and "RUN" in capsys.readouterr().out
