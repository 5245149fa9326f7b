"""Each rule on made-up curves: it holds where it must, since the right step, and not just beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from training.bands import Band
from training.verdicts import ALARMING, KINDS, Readings, Verdict, judged

LINES = {
    "main_facet": "class",
    "cross_group_knn": {"class": {"random_init": 0.5, "mfcc": 0.6, "chance": 0.1}},
    "loss": {"value": 5.0},
}
HEALTHY = {
    "normalised_std": 0.95,
    "centred_std": 1.0,
    "effective_rank": 60.0,
    "encoder_effective_rank": 80.0,
    "encoder_normalised_std": 0.2,
    "encoder_centred_std": 2.0,
    "cross_group_knn": 0.5,
}
STEPS = range(0, 1000, 100)
BANDS = {
    f"measure/{name}": Band((100, 500), (low, low), (high, high), (0.9, 0.9), 3, ("digits",))
    for name, low, high in (
        ("effective_rank", 50.0, 70.0),
        ("encoder_effective_rank", 60.0, 90.0),
        ("centred_std", 0.8, 1.2),
        ("encoder_normalised_std", 0.15, 0.25),
    )
}
"""Of healthy runs, as if nothing was known of them after step 500."""


def made(
    method: str | None = "simclr",
    *,
    loss: Sequence[float] = (5.0, 4.0, 3.0, 2.5, 2.2, 2.0, 1.8, 1.6, 1.4, 1.2),
    lines: Any = LINES,
    bands: Mapping[str, Band] = {},
    **measures: Sequence[float | None],
) -> Readings:
    """A healthy run of a method of which no others are known, with one value a snapshot where `measures` says otherwise."""
    rows = []
    for i, step in enumerate(STEPS):
        found = {name: measures[name][i] if name in measures else value for name, value in HEALTHY.items()}
        if "cross_group_knn" not in measures:
            found["cross_group_knn"] = 0.5 + 0.03 * i
        rows.append({"step": step, **{f"measure/{k}": v for k, v in found.items() if v is not None}})
        rows += [{"step": step + 10 * k + 1, "train/loss": loss[i]} for k in range(9)]
    readings = Readings(method, lines=lines, bands=bands)
    for row in rows:
        readings.add(row)
    return readings


def with_one(name: str, values: Sequence[float | None], bands: Mapping[str, Band] = {}) -> Readings:
    """A healthy run but for one measure."""
    return made(bands=bands, **{name: values})  # type: ignore[arg-type]  # it is none of the named ones


def kind(readings: Readings) -> Verdict:
    return judged(readings, {})


def test_a_spread_that_grows_in_a_short_run_is_no_collapse() -> None:
    """DeepCluster in 60 steps: less spread than healthy runs have in 300, whose learning rate has not fallen yet."""
    spread = ((0, 0.298, 0.34), (40, 0.649, 0.28), (54, 0.677, 0.20), (60, 0.683, 0.19))
    rows = [
        {"step": step, "measure/centred_std": std, "measure/mean_cosine": cosine, "measure/effective_rank": 43.0}
        for step, std, cosine in spread
    ]
    assert kind(Readings.of(rows, {}, "deepcluster", steps=60)).kind == "too_early"
    assert kind(Readings.of(rows, {}, "deepcluster", steps=300)).kind == "complete_collapse"


def from_third(start: float, later: float) -> list[float | None]:
    return [start] * 3 + [later] * 7


def test_a_healthy_run_learns_since_it_is_above_random_initialisation() -> None:
    verdict = kind(made())
    assert (verdict.kind, verdict.since_step, verdict.step) == ("learning", 100, 981)
    assert verdict.sentence == "Learning since step 100: kNN 0.77, above random initialisation 0.50."
    assert verdict.cause == verdict.remedy == ""


@pytest.mark.parametrize(
    ("name", "later", "expected", "words"),
    [
        ("encoder_normalised_std", 0.04, "complete_collapse", "20% of the 0.20 at the start"),
        ("centred_std", 0.2, "complete_collapse", "centred std 0.20, 20% of the 1.00 at the start"),
        ("effective_rank", 2.9, "dimensional_collapse", "effective rank 2.90, below 3"),
        ("effective_rank", 7.0, "dimensional_collapse", "12% of the 60.00 at the start"),
        ("encoder_effective_rank", 15.0, "dimensional_collapse", "19% of the 80.00 at the start"),
    ],
)
def test_what_is_too_small_in_two_snapshots_is_a_collapse_since_the_first_of_them(
    name: str, later: float, expected: str, words: str
) -> None:
    verdict = kind(with_one(name, from_third(HEALTHY[name], later)))
    assert (verdict.kind, verdict.since_step) == (expected, 300) and words in verdict.sentence
    assert (
        verdict.evidence[0].key == f"measure/{name}" and verdict.evidence[0].value == later < verdict.evidence[0].bound
    )


@pytest.mark.parametrize(
    ("name", "later"),
    [
        ("encoder_normalised_std", 0.06),
        ("effective_rank", 8.0),
        ("encoder_effective_rank", 17.0),
    ],
)
def test_what_is_just_large_enough_is_none(name: str, later: float) -> None:
    assert kind(with_one(name, from_third(HEALTHY[name], later))).kind == "learning"


@pytest.mark.parametrize("name", [key.removeprefix("measure/") for key in BANDS])
def test_where_healthy_runs_are_known_less_than_two_fifths_of_their_least_is_a_collapse(name: str) -> None:
    least = BANDS[f"measure/{name}"].low[0]
    verdict = kind(with_one(name, [HEALTHY[name], *[0.39 * least] * 9], BANDS))
    assert verdict.kind in ("complete_collapse", "dimensional_collapse") and verdict.since_step == 100
    assert f"39% of the {least:.2f} that healthy runs have at least" in verdict.sentence
    assert kind(with_one(name, [HEALTHY[name], *[0.41 * least] * 9], BANDS)).kind == "learning"


@pytest.mark.parametrize("name", [key.removeprefix("measure/") for key in BANDS])
def test_a_run_that_had_little_from_the_start_has_not_lost_it(name: str) -> None:
    little = 0.15 * BANDS[f"measure/{name}"].low[0]
    assert kind(with_one(name, [little] * 10, BANDS)).kind == "learning"
    share, floor = 0.4 * 0.9, 3.01 if "rank" in name else 0.0  # so few directions are lost in any case
    assert kind(with_one(name, [little, *[max(floor, 1.01 * share * little)] * 9], BANDS)).kind == "learning"
    assert kind(with_one(name, [little, *[0.99 * share * little] * 9], BANDS)).kind != "learning"


def test_what_healthy_runs_do_is_none_however_far_it_is_from_the_start() -> None:
    assert kind(made(effective_rank=[900.0, *[50.0] * 9])).kind == "dimensional_collapse"
    assert kind(made(bands=BANDS, effective_rank=[900.0, *[50.0] * 9])).kind == "learning"


def test_an_absolute_bound_holds_only_below_healthy_runs() -> None:
    few = {"measure/effective_rank": Band((100, 500), (2.0, 2.0), (9.0, 9.0), (0.05, 0.05), 3, ("digits",))}
    assert kind(made(effective_rank=from_third(60.0, 2.5))).kind == "dimensional_collapse"
    assert kind(made(bands=few, effective_rank=from_third(60.0, 2.5))).kind == "learning"


def test_projections_that_point_one_way_are_one_point_where_few_directions_are_left() -> None:
    one_way = from_third(0.95, 0.1)
    assert kind(made(normalised_std=one_way)).kind == "learning"
    verdict = kind(made(normalised_std=one_way, effective_rank=from_third(60.0, 5.0)))
    assert (verdict.kind, verdict.since_step) == ("complete_collapse", 300)
    assert [each.key for each in verdict.evidence] == ["measure/normalised_std", "measure/effective_rank"]


def test_one_snapshot_alone_is_none_and_one_that_is_over_neither() -> None:
    assert kind(made(centred_std=[0.9] * 9 + [0.1])).kind == "learning"
    assert kind(made(centred_std=[0.9, 0.1, 0.1, 0.1, *[0.9] * 6])).kind == "learning"
    assert kind(made(bands=BANDS, centred_std=[0.01, *[0.9] * 9])).kind == "learning"  # the first is of random weights


def test_projections_that_no_loss_compares_may_lie_close_together() -> None:
    close = from_third(0.95, 0.1)
    assert kind(made("masked_autoencoder", centred_std=close)).kind == "learning"
    assert kind(made(None, centred_std=close)).kind == "learning"
    assert kind(made("simclr", centred_std=close)).kind == "complete_collapse"


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


def test_nothing_better_over_half_the_steps_is_a_plateau_with_where_it_stands() -> None:
    knn = [0.5, 0.6, 0.65, 0.7, 0.7, *[0.7] * 5]
    verdict = kind(made(loss=[5, 3, 2, 1.5, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2], cross_group_knn=knn))
    assert verdict.kind == "plateau" and verdict.sentence.endswith(
        "kNN 0.70 (random initialisation 0.50, MFCC 0.60, chance 0.10)."
    )
    rising = [*knn[:5], 0.72, 0.74, 0.76, 0.78, 0.8]
    assert kind(made(loss=[5, 3, 2, 1.5, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2], cross_group_knn=rising)).kind == "learning"


def test_embeddings_that_became_short_are_a_collapse_only_where_their_neighbours_are_lost_too() -> None:
    short = from_third(2.0, 0.4)
    bands = {"measure/encoder_centred_std": Band((100, 500), (1.5, 1.5), (2.5, 2.5), (0.9, 0.9), 3, ("digits",))}
    lost = made(bands=bands, encoder_centred_std=short, cross_group_knn=[0.5, *[0.45] * 9])
    verdict = kind(lost)
    assert (verdict.kind, verdict.since_step) == ("complete_collapse", 300)
    assert "centred std of the encoder 0.40, 27% of the 1.50 that healthy runs have at least" in verdict.sentence
    for well in (
        made(bands=bands, encoder_centred_std=short),  # longer embeddings are no aim: its neighbours get better
        made(bands=bands, encoder_centred_std=short, cross_group_knn=[None] * 10),
        made(encoder_centred_std=short, cross_group_knn=[0.5, *[0.45] * 9]),  # no healthy run is known
        made(bands=bands, encoder_centred_std=from_third(2.0, 0.61), cross_group_knn=[0.5, *[0.45] * 9]),
    ):
        assert kind(well).kind != "complete_collapse"


def test_a_plateau_names_a_cause_where_it_is_no_better_than_random_weights_and_the_settings_have_one() -> None:
    without = {"method": "simclr", "encoder": "conv2d", "breaks": ["negatives"]}
    flat = [5.5, *[3.0] * 9]
    behind = judged(made(loss=flat, cross_group_knn=[0.5] * 10), without)
    assert behind.kind == "plateau" and "negatives" in behind.cause and behind.remedy
    assert judged(made(loss=flat, cross_group_knn=[0.5] * 10), {"method": "simclr"}).cause == ""
    assert judged(made(loss=flat, cross_group_knn=[0.5, *[0.7] * 9]), without).cause == ""


def test_before_enough_was_trained_nothing_is_told_and_while_it_catches_up_neither() -> None:
    assert kind(Readings.of([], {}, "byol")).kind == "too_early"
    behind = [0.5, 0.3, 0.32, 0.35, 0.37, 0.4, 0.42, 0.44, 0.46, 0.48]
    verdict = kind(made(cross_group_knn=behind))
    assert verdict.kind == "too_early" and "catching up" in verdict.sentence and verdict.remedy == "Train longer."


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


@pytest.mark.parametrize("baseline", ["random_init", "mfcc", "log_mel", None])
def test_labels_that_nothing_hears_are_the_cause_unless_something_hears_them(baseline: str | None) -> None:
    values = {"random_init": 0.30, "mfcc": 0.31, "log_mel": 0.28, "chance": 0.30}
    heard = {} if baseline is None else {baseline: 0.34}
    lines = {**LINES, "cross_group_knn": {"class": {**values, **heard}}}
    verdict = kind(made(loss=[3.0] * 10, lines=lines, cross_group_knn=[0.3] * 10))
    assert verdict.kind == "plateau"
    assert ("Nothing tells these labels apart" in verdict.cause) is (baseline is None)
    assert verdict.cause == "" or ("MFCC 0.31, log-mel 0.28; chance is 0.30" in verdict.cause and verdict.remedy)
    assert kind(made(lines=lines, cross_group_knn=[0.3 + 0.02 * i for i in range(10)])).cause == ""


def test_the_settings_change_cause_and_remedy_and_nothing_else() -> None:
    readings = made(centred_std=from_third(0.95, 0.1))
    told = judged(readings, {"method": "simclr", "breaks": ["negatives"]})
    bare = judged(readings, {})
    assert told.cause.startswith("The part negatives was taken out.") and bare.cause == ""
    assert {**told.to_json(), "cause": "", "remedy": ""} == bare.to_json()


def test_every_kind_is_told_of_some_run_above_and_documented() -> None:
    from pathlib import Path

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


@pytest.mark.parametrize(("clips", "cause"), [(40, True), (1000, False)])
def test_labels_are_unheard_within_what_chance_makes_of_the_clips(clips: int, cause: bool) -> None:
    lines = {
        "main_facet": "class",
        "clips": {"class": clips},
        "cross_group_knn": {"class": {"random_init": 0.12, "mfcc": 0.15, "chance": 0.1}},
    }
    verdict = kind(made(lines=lines, cross_group_knn=[0.15] * 10))
    assert ("nor what needs no training" in verdict.cause) is cause
