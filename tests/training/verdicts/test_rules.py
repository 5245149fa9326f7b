"""Each rule on made-up curves: it holds where it must, since the right step, and not just beside it."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.support.made_up_curves import LINES, kind, made
from training.verdicts import ALARMING, KINDS, Readings
from training.verdicts.rules import RULES


def test_a_healthy_run_learns_since_it_is_above_random_initialisation() -> None:
    verdict = kind(made())
    assert (verdict.kind, verdict.since_step, verdict.step) == ("learning", 100, 981)
    assert verdict.sentence == "Learning since step 100: kNN 0.77, above random initialisation 0.50."
    assert verdict.cause == verdict.remedy == ""


def test_a_loss_at_its_chance_line_is_a_trivial_solution_but_a_collapse_comes_first() -> None:
    flat = [5.5, *[5.01] * 9]
    verdict = kind(made(loss=flat, cross_group_knn=[0.5] * 10))
    assert (verdict.kind, verdict.since_step) == ("trivial_solution", 81)
    assert "loss 5.010, chance is 5.000" in verdict.sentence
    assert kind(made(loss=flat, cross_group_knn=[0.5] * 10, centred_std=[0.9] + [0.1] * 9)).kind == "complete_collapse"
    passing = [5.5, 5.4, 5.3, 5.2, 5.1, 5.05, 5.0, 5.0, 4.99, 4.98]
    assert kind(made(loss=passing, cross_group_knn=[0.5] * 10)).kind != "trivial_solution"
    assert kind(made(loss=flat)).kind == "learning"  # whatever the loss says, the neighbours are better
    assert kind(made(loss=flat, cross_group_knn=[0.5] * 10, lines={**LINES, "loss": None})).kind == "plateau"


def test_a_loss_that_runs_away_diverges() -> None:
    verdict = kind(made(loss=[5, 4, 3, 50, 120, 200, 300, 400, 500, 900]))
    assert (verdict.kind, verdict.since_step) == ("diverging", 401)
    assert kind(made(loss=[5, 4, 3, 8, 12, 20, 30, 40, 50, 90])).kind != "diverging"
    assert kind(made(loss=[-0.01, -0.2, -0.5, *[-0.9] * 7])).kind == "learning"  # a falling one, of a cosine


@pytest.mark.parametrize("no_number", [None, math.nan, math.inf])
def test_a_loss_that_is_no_number_diverges_until_it_is_one_again(no_number: float | None) -> None:
    readings = made()  # as a run's file has it: null
    for step in (990, 991):
        readings.add({"step": step, "train/loss": no_number})
    verdict = kind(readings)
    assert (verdict.kind, verdict.since_step) == ("diverging", 990)
    assert verdict.sentence.startswith("Diverging since step 990: the loss is no number. The loss runs away.")
    json.dumps(verdict.to_json(), allow_nan=False)
    readings.add({"step": 992, "train/loss": 1.2})
    assert kind(readings).kind == "learning"


def test_nothing_better_over_half_the_steps_is_a_plateau_with_where_it_stands() -> None:
    knn = [0.5, 0.6, 0.65, 0.7, 0.7, *[0.7] * 5]
    verdict = kind(made(loss=[5, 3, 2, 1.5, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2], cross_group_knn=knn))
    assert verdict.kind == "plateau" and verdict.sentence.endswith(
        "kNN 0.70 (random initialisation 0.50, MFCC 0.60, chance 0.10)."
    )
    rising = [*knn[:5], 0.72, 0.74, 0.76, 0.78, 0.8]
    assert kind(made(loss=[5, 3, 2, 1.5, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2], cross_group_knn=rising)).kind == "learning"


def test_before_enough_was_trained_nothing_is_told_and_while_it_catches_up_neither() -> None:
    assert kind(Readings.of([], {}, "byol")).kind == "too_early"
    behind = [0.5, 0.3, 0.32, 0.35, 0.37, 0.4, 0.42, 0.44, 0.46, 0.48]
    verdict = kind(made(cross_group_knn=behind))
    assert verdict.kind == "too_early" and "catching up" in verdict.sentence and verdict.remedy == "Train longer."


def test_neighbours_that_are_hardly_better_than_at_their_worst_are_not_catching_up() -> None:
    fallen = [0.5, 0.4, 0.4, 0.38, 0.38, 0.38, 0.38, 0.38, 0.39, 0.39]
    assert kind(made(cross_group_knn=fallen)).kind == "plateau"
    assert "catching up" in kind(made(cross_group_knn=[*fallen[:8], 0.405, 0.405])).sentence


def test_of_endless_losses_every_second_one_is_kept() -> None:
    readings = Readings.of(({"step": step, "train/loss": float(step)} for step in range(100_000)), {}, None)
    steps = [step for step, _ in readings.losses]
    assert len(steps) <= 2_000 and steps == sorted(steps) and (steps[0], steps[-1]) == (0, 99_999)


def test_what_ends_too_early_is_told_what_a_judgement_needs() -> None:
    rows: list[dict[str, Any]] = [
        {"step": step, "measure/effective_rank": 20.0, "measure/cross_group_knn": 0.6} for step in (0, 45)
    ]
    verdict = kind(Readings.of(rows, {}, "byol"))
    assert verdict.kind == "too_early" and verdict.remedy.endswith("and this run has 45 and 1.")
    assert verdict.remedy.startswith("Train longer: a judgement needs 200 steps and 2 snapshots")


def test_a_single_snapshot_is_called_one_as_no_time_will_tell() -> None:
    alone = kind(Readings.of([{"step": 1, "measure/effective_rank": 20.0}], {}, None))
    assert (alone.kind, alone.remedy) == ("one_snapshot", "")
    assert alone.sentence == "One snapshot: there is none from before the first step to compare it with."


def test_without_labels_a_falling_loss_is_learning() -> None:
    unlabelled: list[float | None] = [None] * 10
    assert kind(made(cross_group_knn=unlabelled)).kind == "learning"
    assert kind(made(cross_group_knn=unlabelled, loss=[6.0] * 10)).kind == "plateau"


FLAT = [0.5] * 10
TOLD = {
    "diverging": made(loss=[5, 4, 3, 50, 120, 200, 300, 400, 500, 900]),
    "complete_collapse": made(centred_std=[1.0] + [0.1] * 9),
    "dimensional_collapse": made(effective_rank=[60.0] + [2.0] * 9),
    "trivial_solution": made(loss=[5.5, *[5.01] * 9], cross_group_knn=FLAT),
    "plateau": made(loss=[6.0] * 10, cross_group_knn=FLAT),
    "learning": made(),
    "too_early": Readings.of([], {}, "byol"),
    "one_snapshot": Readings.of([{"step": 1, "measure/effective_rank": 20.0}], {}, None),
}
"""Kind → readings of which it is told."""


@pytest.mark.parametrize("told", TOLD)
def test_a_kind_is_told_of_its_readings(told: str) -> None:
    assert kind(TOLD[told]).kind == told


def test_every_kind_is_told_of_some_run_and_documented() -> None:
    assert TOLD.keys() == {about.kind for about in KINDS}, "TOLD of this file has readings of which each kind is told"
    assert {name for name, _ in RULES} < TOLD.keys(), "KINDS has the title and meaning of each of RULES"
    page = (Path(__file__).resolve().parents[3] / "docs" / "verdicts.md").read_text()
    assert set(ALARMING) < {kind.kind for kind in KINDS}
    for about in KINDS:
        assert about.meaning.endswith(".")
        assert f"| `{about.kind}` |" in page, "docs/verdicts.md has a row for each kind of verdict"


FEW = {**LINES, "clips": {"class": 48}}
BARELY = [0.5, 0.5, *[0.58] * 8]
"""Above random initialisation by .08, which is more than chance makes of 300 clips and less than it makes of 48."""


def test_among_few_clips_a_little_above_random_is_not_called_learning() -> None:
    assert kind(made(cross_group_knn=BARELY)).kind == "learning"  # how many were asked isn't known of older runs
    many = kind(made(cross_group_knn=BARELY, lines={**LINES, "clips": {"class": 300}}))
    assert (many.kind, many.since_step) == ("learning", 200)
    few = kind(made(cross_group_knn=BARELY, lines=FEW))
    assert few.kind == "too_early" and few.remedy == "Train longer, or measure more clips."
    assert few.sentence.startswith(
        "Too early to tell: the neighbours are above random initialisation by no more than chance makes of 48 clips. kNN 0.58"
    )
    assert kind(made(cross_group_knn=[0.5, *[0.7] * 9], lines=FEW)).kind == "learning"


def test_alarms_do_not_ask_how_many_clips_were_asked() -> None:
    for lines in (LINES, FEW):
        for knn, trivial in (([0.5] * 10, True), (BARELY, False)):
            found = kind(made(lines=lines, loss=[5.0] * 10, cross_group_knn=knn))
            assert (found.kind == "trivial_solution") is trivial
