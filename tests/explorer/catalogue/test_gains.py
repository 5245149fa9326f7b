"""Whether a method gained anything: means, standard errors by hand, and who is beaten."""

import math
from typing import Any

import pytest

from explorer.catalogue.gains import RIVALS, beats, gain, standard_error, suited
from training.config import RunConfig
from training.methods import METHODS

CLIPS = 2000
ABOUT = {
    "main_facet": "digit",
    "group": "speaker",
    "clips": CLIPS,
    "log_mel": {"digit": {"cross_group_knn": 0.6, "probe": 0.6}, "speaker": {"knn": 0.9}},
}


def seed(before: float, after: float) -> dict[str, Any]:
    def of(value: float) -> dict[str, Any]:
        return {"digit": {"cross_group_knn": value, "probe": value}, "speaker": {"knn": value}}

    return {"random_init": of(before), "trained": of(after)}


def found(**seeds: list[dict[str, Any]]) -> dict[str, Any]:
    return {"fsdd": {"baselines": ABOUT, **{name: {"seeds": rows} for name, rows in seeds.items()}}}


def test_the_error_of_one_seed_is_that_of_two_shares() -> None:
    expected = math.sqrt((0.5 * 0.5 + 0.8 * 0.2) / CLIPS)
    assert standard_error([0.5], [0.8], CLIPS) == pytest.approx(expected)


def test_seeds_that_differ_more_have_the_larger_error() -> None:
    gains = [0.1, 0.2, 0.3]  # standard deviation .1
    assert standard_error([0.5] * 3, [0.5 + g for g in gains], CLIPS) == pytest.approx(0.1 / math.sqrt(3))


def test_a_gain_within_two_standard_errors_beats_nobody() -> None:
    error = standard_error([0.5], [0.53], CLIPS)
    assert not beats([0.5 + 1.9 * error], [0.5], CLIPS)
    assert beats([0.5 + 2.1 * error], [0.5], CLIPS)
    assert beats([0.6, 0.7], [0.5], CLIPS)


def test_each_rival_is_beaten_for_itself() -> None:
    rows = found(**{RunConfig.method: [seed(0.65, 0.8)]}, cpc=[seed(0.5, 0.62)])
    default, cpc = gain(rows, "fsdd", RunConfig.method), gain(rows, "fsdd", "cpc")
    assert default is not None and default.beaten == tuple(RIVALS)
    assert cpc is not None and (cpc.before, cpc.after, cpc.words) == (0.5, 0.62, "own")
    worse = gain(found(byol=[seed(0.5, 0.4)]), "fsdd", "byol")
    assert worse is not None and worse.words == "none yet"


def test_where_the_default_method_was_not_measured_the_ceiling_began_at_the_same_weights() -> None:
    rows = found(cpc=[seed(0.5, 0.7)], supervised=[seed(0.65, 0.99)])
    beaten = gain(rows, "fsdd", "cpc")
    assert beaten is not None and beaten.beaten == tuple(RIVALS)
    rows = found(cpc=[seed(0.5, 0.7)], supervised=[seed(0.69, 0.99)])
    close = gain(rows, "fsdd", "cpc")
    assert close is not None and "default" not in close.beaten


def test_a_method_is_judged_on_what_its_card_names() -> None:
    for name, method in METHODS.items():
        facet, measure = suited(name, "digit", "speaker")
        if method.card.suits.facet == "source":
            assert (facet, measure) == ("speaker", "knn")
        else:
            assert (facet, measure) == ("digit", method.card.suits.measure)
        assert measure == "knn" or facet != "speaker"


def test_what_was_not_measured_has_no_gain() -> None:
    assert gain({}, "fsdd", "byol") is None
    assert gain(found(byol=[{"seed": 0, "error": "no pictures"}]), "fsdd", "byol") is None
    assert gain({"fsdd": {"byol": {"seeds": [seed(0.5, 0.6)]}}}, "fsdd", "byol") is None
