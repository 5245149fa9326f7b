import json
from pathlib import Path
from typing import Any

import pytest

from explorer.runs.points import points
from training.run import RunFolder


def test_points_name_clips_and_labels(make_run: Any, tmp_path: Path) -> None:
    found = points(make_run(tmp_path / "run", n=12))
    assert len(found) == 12
    assert found.clips == tuple(range(12))
    assert found.labels(6) == {"class": "dog", "source": "three"}
    assert (found.main_facet, found.group, found.data_name) == ("class", "source", "Made-up sounds")


def test_no_probe_no_points(tmp_path: Path) -> None:
    assert len(points(RunFolder(tmp_path))) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"facets": {"class": {"names": ["a"], "codes": [0, 0, 7]}}},
        {"facets": {"class": {"names": ["a"], "codes": [0]}}},
        {"facets": {"class": "nonsense"}, "main_facet": ["class"]},
        {"facets": [], "group": {"a": 1}},
    ],
)
def test_facets_that_contradict_themselves_are_left_out(tmp_path: Path, change: Any) -> None:
    (tmp_path / "probe.json").write_text(json.dumps({"ids": ["a", "b", "c"], "clips": [0, 1, 2], **change}))
    found = points(RunFolder(tmp_path))
    assert len(found) == 3
    assert found.facets == {}
    assert (found.main_facet, found.group) == ("", "")


def test_clips_that_are_no_numbers_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "probe.json").write_text(json.dumps({"ids": ["a", "b"], "clips": [1, "2"]}))
    assert points(RunFolder(tmp_path)).clips == (1, -1)


@pytest.mark.parametrize(("told", "whole"), [(7, 7), (2, 2), (1, None), ("7", None), (True, None), (None, None)])
def test_how_many_clips_the_data_has_is_known_where_that_can_be(tmp_path: Path, told: Any, whole: int | None) -> None:
    (tmp_path / "probe.json").write_text(json.dumps({"ids": ["a", "b"], "clips": [1, 2], "data_clips": told}))
    assert points(RunFolder(tmp_path)).data_clips == whole
