"""The one door to all sets: by name or by path."""

import sys
import types
from pathlib import Path

import numpy as np
import pytest

from training.data import check_there, list_datasets, open_dataset, quiet, summary
from training.data.clip_writer import ClipWriter
from training.data.dataset import Progress
from training.errors import UserError


@pytest.fixture
def small_starter(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> list[str]:
    """A built-in set of two clips; what it returns grows by one each time it is made."""
    made: list[str] = []

    def make(writer: ClipWriter, progress: Progress) -> None:
        made.append(writer.fingerprint)
        for number in range(2):
            labels = {"class": "rain", "source": f"model {number}"}
            writer.add(np.ones(160, np.int16), id=f"rain-{number}", labels=labels, file=f"rain {number}")
        if len(made) == 1:
            raise UserError("The first time goes wrong.")
        progress(1.0, "Made.")

    package = types.ModuleType("training.data.starter")
    vars(package).update(fingerprint=lambda: "starter-1", make=make)
    monkeypatch.setitem(sys.modules, "training.data.starter", package)
    monkeypatch.setattr("training.data.starter", package, raising=False)
    return made


def test_the_built_in_set_is_made_once_and_a_failure_leaves_nothing(small_starter: list[str], own_cache: Path) -> None:
    with pytest.raises(UserError, match="goes wrong"):
        open_dataset("starter")
    assert list((own_cache / "data").glob("*.part-*")) == []
    assert list_datasets()[0].state == "to be made"
    dataset = open_dataset("starter", progress=quiet)
    assert dataset.name == "starter" and dataset.group == "source" and dataset.main_facet == "class"
    assert open_dataset("starter").ids == dataset.ids and small_starter == ["starter-1"] * 2
    row = list_datasets()[0]
    assert (row.name, row.state, row.clips) == ("starter", "ready", 2)
    assert summary(dataset)["facets"] == {"class": {"rain": 2}, "source": {"model 0": 1, "model 1": 1}}


def test_names_that_are_nothing_are_one_sentence(own_cache: Path) -> None:
    with pytest.raises(UserError, match=r"^nowhere cannot be used: it cannot be opened: No such file or directory\.$"):
        open_dataset("nowhere")
    with pytest.raises(UserError, match="fetch it first"):
        open_dataset("fsdd")


@pytest.mark.parametrize("name", ["nowhere", "fsdd", "shards:", "a\0b"])
def test_that_nothing_is_there_is_said_as_opening_says_it(own_cache: Path, name: str) -> None:
    with pytest.raises(UserError) as opening:
        open_dataset(name)
    with pytest.raises(UserError) as looking:
        check_there(name)
    assert str(looking.value) == str(opening.value)


def test_what_is_there_is_not_opened_to_know_it(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_cache.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr("training.data.open_dataset", None)
    for name in ("starter", str(own_cache), "stream:owner/name", f"shards:{own_cache}/x-{{0..9}}.tar"):
        check_there(name)
