"""Rows of a comparison: what is averaged, what never is, and what tells rows apart."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.finished_runs import KNN
from training.comparing import Comparison, compared
from training.data.progress import quiet
from training.run import RunFolder, State
from training.this_python import this_python

Finished = Callable[..., RunFolder]
WATCHED = {"watched": True, "about": {}}


def names(found: Comparison) -> list[list[list[str]]]:
    return [[[run.run.name for run in row.runs] for row in one.rows] for one in found.clips]


def test_seeds_are_averaged_and_the_best_row_comes_first(finished: Finished) -> None:
    runs = [finished(f"s{seed}", seed=seed, knn=0.6 + seed / 100) for seed in (2, 0, 1)]
    runs += [finished("better", method="byol", knn=0.9), finished("unlabelled", method="apc", knn=None)]
    found = compared(runs, quiet)
    assert names(found) == [[["better"], ["s0", "s1", "s2"], ["unlabelled"]]] and found.left_out == ()
    row = found.clips[0].rows[1]
    assert row.knn is not None and row.knn.mean == pytest.approx(0.61) and row.knn.std == pytest.approx(0.01)
    assert row.seconds.values == (10.0, 11.0, 12.0) and row.steps.mean == 300
    assert (
        row.measures["log_mel"].mean == 0.45 and 0 < row.measures["probe"].mean < 0.6 and row.measures["probe"].std == 0
    )
    assert row.verdicts == {"Learning": 3}
    below = found.clips[0].rows[0].below  # a single run, which is held against the first row of several
    assert below is not None and below.difference == pytest.approx(-0.29) and below.told is None
    assert row.below is found.clips[0].rows[2].below is None


def test_the_last_snapshot_counts_not_the_best(finished: Finished) -> None:
    (one,) = compared([finished("a", knn=0.55)], quiet).clips
    assert one.rows[0].measures[KNN].values == (0.55,)


def test_what_was_measured_on_other_clips_is_another_table(finished: Finished) -> None:
    found = compared([finished("a"), finished("b", seed=1, ids="other")], quiet)
    assert sorted(names(found)) == [[["a"]], [["b"]]]


def test_what_was_trained_on_other_sounds_is_another_row(finished: Finished) -> None:
    found = compared([finished("a"), finished("b", seed=1, fingerprint="e" * 32)], quiet)
    assert sorted(names(found)[0]) == [["a"], ["b"]]
    assert {row.differs for row in found.clips[0].rows} == {(f"data fingerprint {one * 32}",) for one in "ef"}


def test_a_row_says_what_tells_it_from_the_others_alone(finished: Finished) -> None:
    runs = [finished("a", knn=0.9, noise=0.5), finished("b", knn=0.8, noise=0.5, temperature=0.3)]
    runs.append(finished("c", knn=0.7, noise=0.5, method="byol", breaks=("predictor",)))
    rows = compared(runs, quiet).clips[0].rows
    assert [(row.method, row.differs) for row in rows] == [
        ("simclr", ()), ("simclr", ("temperature 0.3",)), ("byol without predictor", ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "words"),
    [({"objective": 7}, "objective 7"), ({"watched": True, "about": {"lr": 0.25}}, "lr 0.25")],
)
def test_what_no_setting_says_is_said_where_rows_look_alike(
    more: dict[str, Any], words: str, finished: Finished
) -> None:
    watched = {"watched": True, "about": {"lr": 0.5}} if "watched" in more else {}
    rows = compared([finished("a", knn=0.9, more=watched), finished("b", more=more)], quiet).clips[0].rows
    assert words in rows[1].differs and words not in rows[0].differs


def test_a_seed_counts_once(finished: Finished) -> None:
    runs = [
        finished("old", created="2026-01-01"),
        finished("new", created="2026-02-01", knn=0.8),
        finished("one", seed=1),
    ]
    told: list[str] = []
    found = compared(runs, lambda _, said: told.append(said))
    assert sorted(told[:-1]) == ["Measuring new", "Measuring one"], "the older one is left out before it is measured"
    assert names(found) == [[["new", "one"]]]
    assert [(one.run, one.why) for one in found.left_out] == [
        ("old", "new has the same settings and seed, and is newer.")
    ]


def test_a_run_that_tells_no_seed_is_no_second_draw(finished: Finished) -> None:
    about = {"watched": True, "about": {"lr": 0.5}}
    found = compared([finished("a", more=about), finished("b", created="2026-02-01", more=about)], quiet)
    assert names(found) == [[["b"]]] and [one.run for one in found.left_out] == ["a"]


def test_what_is_not_finished_is_left_out(finished: Finished) -> None:
    told: list[str] = []
    found = compared([finished("a"), finished("b", seed=1, state=State.STOPPED)], lambda _, said: told.append(said))
    assert names(found) == [[["a"]]]
    assert [(one.run, one.why) for one in found.left_out] == [("b", "It is not finished: stopped at step 300.")]
    assert told == ["Measuring a", "All are measured"]


def test_what_cannot_be_compared_says_what_is_true_of_it(finished: Finished) -> None:
    gone, curves, own_loop, imported = (
        finished(name, more=more)
        for name, more in (("gone", {}), ("curves", WATCHED), ("own loop", WATCHED), ("imported", WATCHED))
    )
    for run in (gone, curves, own_loop):
        run.metrics_path().unlink()
    shutil.rmtree(curves.path / "snapshots")
    (imported.path / "probe.json").unlink()
    left_out = {one.run: one.why for one in compared([gone, curves, own_loop, imported], quiet).left_out}
    assert "curves are gone" in left_out["gone"] and "doesn't bring them back" in left_out["gone"]
    assert left_out["curves"].startswith("It holds curves alone")
    assert left_out["own loop"].startswith(f"No snapshot was measured; {this_python()} -m training measure ")
    assert left_out["imported"].startswith("Curves imported without sounds")
