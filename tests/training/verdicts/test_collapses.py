"""What counts as a collapse, and what is too little, too short or too healthy to be one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.finished_runs import finished_run
from tests.support.made_up_curves import BANDS, HEALTHY, LINES, from_third, kind, made, with_one
from training.bands import Band, bands_of
from training.verdicts import Readings, judged_run

SPREAD = [
    {"step": step, "measure/centred_std": std, "measure/mean_cosine": cosine, "measure/effective_rank": 43.0}
    for step, std, cosine in ((0, 0.298, 0.34), (40, 0.649, 0.28), (54, 0.677, 0.20), (60, 0.683, 0.19))
]
"""DeepCluster in 60 steps: less spread than healthy runs have in 300, whose learning rate has not fallen yet."""


@pytest.mark.parametrize(
    ("settings", "told"), [({}, "complete_collapse"), ({"steps": 60}, "too_early"), ({"batch_size": 32}, "too_early")]
)
def test_a_spread_that_grows_in_a_run_unlike_the_healthy_ones_is_no_collapse(
    settings: dict[str, Any], told: str, tmp_path: Path
) -> None:
    run = finished_run(tmp_path, "run", method="deepcluster", **settings)
    run.metrics_path().write_text("".join(f"{json.dumps(row)}\n" for row in SPREAD))
    assert judged_run(run)[1].kind == told


@pytest.mark.parametrize(("share", "told"), [(0.06, "learning"), (0.02, "dimensional_collapse")])
def test_of_a_run_unlike_the_healthy_ones_no_larger_share_of_its_start_is_asked_than_these_keep(
    share: float, told: str
) -> None:
    """Barlow Twins begins with many directions, of which healthy runs keep .07: with another batch it may do the same."""
    few = [300.0, *[share * 300.0] * 9]
    unlike = made("barlow_twins", bands=bands_of("barlow_twins"), effective_rank=few)
    unlike.alike = False
    verdict = kind(unlike)
    assert verdict.kind == told
    assert told == "learning" or "2% of the 300.00 at the start" in verdict.sentence, "of healthy runs nothing is said"
    assert kind(made("barlow_twins", effective_rank=few)).kind == "dimensional_collapse", "where none are known"


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
    for method in ("masked_autoencoder", "autoencoder"):
        assert kind(made(method, centred_std=close)).kind == "learning"
    assert kind(made(None, centred_std=close)).kind == "learning"
    assert kind(made("simclr", centred_std=close)).kind == "complete_collapse"


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


def test_in_the_first_steps_nothing_is_a_collapse() -> None:
    readings = Readings("simclr", lines=LINES, bands={})
    for step, spread in ((0, 1.0), (10, 0.01), (20, 0.01)):
        readings.add({"step": step, "measure/effective_rank": 60.0, "measure/centred_std": spread})
    assert kind(readings).kind == "too_early"
    readings.add({"step": 40, "measure/effective_rank": 60.0, "measure/centred_std": 0.01})
    assert kind(readings).kind == "complete_collapse"
