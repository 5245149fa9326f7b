"""Figures of the catalogue's benchmark beside each other, and plain words where there are none."""

import json
from pathlib import Path
from typing import Any

from explorer.catalogue.comparison import (
    NOT_MEASURED,
    baselines,
    by_family,
    facets,
    figures,
    results,
    with_and_without,
)
from training.methods import METHODS

PLAIN = {"main_facet": "digit", "log_mel": {"digit": {"cross_group_knn": 0.58}}, "chance": {"digit": 0.1}}


def seed(number: int, knn: float) -> dict[str, Any]:
    def of(value: float) -> dict[str, Any]:
        return {
            "speaker": {"knn": value, "cross_group_knn": None, "probe": value / 2},
            "digit": {"knn": value, "cross_group_knn": value - 0.1, "probe": value + 0.1},
        }

    own = {"clips_per_second": 1000.0 * number, "normalised_std": 0.9, "effective_rank": 30.0}
    return {"seed": number, "seconds": 60, "random_init": of(0.5), "trained": of(knn), **own}


def written(path: Path) -> Path:
    methods = {
        "simclr": {"seeds": [seed(1, 0.8), seed(2, 0.9)]},
        "byol": {"seeds": [{"seed": 0, "error": "out of memory"}]},
        "baselines": PLAIN,
    }
    path.write_text(json.dumps({"fsdd": methods, "broken": 3}))
    return path


def test_values_are_means_over_seeds(tmp_path: Path) -> None:
    found = results(written(tmp_path / "catalogue.json"))
    assert facets(found, "fsdd") == ["digit", "speaker"]
    assert baselines(found, "fsdd", "digit") == {"log-mel statistics": 0.58}
    assert baselines(found, "fsdd", "speaker") == baselines({}, "", "") == {}
    reached = figures(found, "fsdd", "simclr", "digit")
    assert reached is not None
    assert (reached.seeds, reached.seconds, reached.clips_per_second) == (2, 60, 1500.0)
    assert reached.before["cross_group_knn"] == 0.4
    assert round(reached.after["cross_group_knn"] or 0, 6) == 0.75
    assert figures(found, "fsdd", "simclr", "speaker").after["cross_group_knn"] is None


def test_what_was_not_measured_is_none(tmp_path: Path) -> None:
    found = results(written(tmp_path / "catalogue.json"))
    assert figures(found, "fsdd", "byol", "digit") is None
    assert figures(found, "elsewhere", "simclr", "digit") is None
    assert facets(found, "elsewhere") == []
    assert results(tmp_path / "nothing.json") == {}
    (tmp_path / "torn.json").write_text("{")
    assert results(tmp_path / "torn.json") == {}


def test_with_and_without_negatives_are_compared(tmp_path: Path) -> None:
    measured = with_and_without(results(written(tmp_path / "catalogue.json")))
    assert "| 0.750, of 1 |" in measured and "median cross-group kNN of digit on fsdd" in measured
    assert "can collapse" in measured and "good negatives" in measured
    assert with_and_without({}).count(NOT_MEASURED) == 2


def test_every_method_stands_in_its_family_once() -> None:
    listed = [name for names in by_family().values() for name in names]
    assert sorted(listed) == sorted(METHODS)
    for names in by_family().values():
        years = [METHODS[name].card.year for name in names]
        assert years == sorted(years)
