"""The table of what can be taken out of a method."""

import json
from pathlib import Path

import pytest

from explorer.catalogue.without_parts import kept, without_parts
from training.breaks import BREAKS

RESULTS = {
    "data": "digits",
    "steps": 300,
    "methods": {
        "vicreg": {
            "": [
                {
                    "loss": 12.5,
                    "normalised_std": 0.9,
                    "effective_rank": 40.0,
                    "cross_group_knn": 0.7,
                    "random_init": 0.5,
                }
            ],
            "variance": [
                {
                    "loss": value,
                    "normalised_std": 0.01,
                    "effective_rank": 1.5,
                    "cross_group_knn": 0.2,
                    "random_init": 0.5,
                }
                for value in (1.0, 3.0, 2.0)
            ],
        }
    },
}


@pytest.mark.parametrize("method", BREAKS)
def test_every_part_has_its_row(method: str) -> None:
    rows = without_parts(method, {}).splitlines()[4:]
    assert [row.split("`")[1] for row in rows] == list(BREAKS[method])


def test_a_method_without_such_parts_says_nothing() -> None:
    assert without_parts("autoencoder", RESULTS) == ""


def test_what_was_measured_stands_beside_what_should_happen() -> None:
    rows = without_parts("vicreg", RESULTS).splitlines()
    assert "digits after 300 steps" in rows[0] and "0.500 before training" in rows[0]
    assert rows[4] == "| all there |  | 12.50 | 0.90 | 40.0 | 0.700 |"
    assert rows[5].startswith("| `variance` |") and rows[5].endswith("| 2.00 | 0.01 | 1.5 | 0.200 |")  # the medians
    assert rows[6].endswith("| – | – | – | – |")  # not measured yet


def test_results_that_are_not_there_or_damaged_are_none(tmp_path: Path) -> None:
    (tmp_path / "half.json").write_text(json.dumps(RESULTS)[:50])
    assert kept(tmp_path / "nothing.json") == kept(tmp_path / "half.json") == {}
