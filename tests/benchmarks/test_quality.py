"""Runs of as many steps as fit in their seconds, and a choice that does not see what it is judged by."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import quality
from benchmarks.figures.quality import cell, chosen
from training.run import RunFolder


def entry(**knn_of_group: float) -> dict[str, Any]:
    knn = sum(knn_of_group.values()) / len(knn_of_group)
    return {
        "steps_per_second": 10.0,
        "runs": [{"seconds": 10.0, "seed": 0, "steps": 100, "knn": knn, "probe": 0.5, "by_group": knn_of_group}],
    }


def test_what_is_missing_takes_the_steps_that_fit_in_its_seconds() -> None:
    table = {"simclr": entry(a=0.5, b=0.5)}
    assert list(quality.missing(table, ["simclr"], [10.0, 30.0], 2)) == [
        ("simclr", 10.0, 1, 100), ("simclr", 30.0, 0, 300), ("simclr", 30.0, 1, 300),
    ]  # fmt: skip


def test_the_choice_does_not_see_the_group_that_is_told() -> None:
    told = chosen({"even": entry(a=0.6, b=0.6, c=0.6), "odd": entry(a=0.9, b=0.4, c=0.4)}, 10.0)
    # On a: even (.6 against .4 on b and c); on b and c: odd (.65 against .6), which is .4 there.
    assert "After 10 s" in told and "reaches .467" in told
    assert "`even` 1 of 3 times" in told and "`odd` 2 of 3 times" in told
    assert not chosen({"even": entry(a=0.6)}, 10.0), "there is no choice"


def test_a_candidate_of_fewer_seeds_is_not_chosen() -> None:
    more = entry(a=0.6, b=0.6)
    more["runs"].append({**more["runs"][0], "seed": 1})
    assert not chosen({"more": more, "lucky": entry(a=0.9, b=0.9)}, 10.0), "there is no choice"


def test_a_cell_tells_mean_spread_and_number_of_seeds() -> None:
    one = entry(a=0.5)
    assert cell(one, 10.0) == ".500 · .500 (1)" and cell(one, 30.0) == "–"
    one["runs"].append({**one["runs"][0], "seed": 1, "knn": 0.7})
    assert cell(one, 10.0) == ".600 ± .141 · .500 (2)"


def test_each_group_is_told_by_its_own_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = {"group": "speaker", "facets": {"speaker": {"names": ["a", "b"], "codes": [0, 1, 1, 1]}}}
    monkeypatch.setattr(RunFolder, "probe", lambda run: probe)
    monkeypatch.setattr(RunFolder, "snapshots", lambda run: [0, 9])
    kept = {9: {"columns/knn_right": np.array([1, 0, 0, 1])}}
    monkeypatch.setattr(RunFolder, "snapshot", lambda run, step: kept[step])
    assert quality.by_group(RunFolder(Path("run"))) == {"a": 1.0, "b": pytest.approx(1 / 3, abs=1e-4)}
    monkeypatch.setattr(quality, "MOST_GROUPS", 1)
    assert quality.by_group(RunFolder(Path("run"))) == {}
