"""Runs of before there was a schema.json are read with the one of their version."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.older_runs import OLDER_RUNS
from training.methods import METHODS
from training.run import RunFolder, older
from training.run.older import schema_of_older_run
from training.run.schema import Curve

OWN = {"schema", "step", "attempt", "seconds", "resumed_from"}
"""Keys of a row that are no curves."""


def declared() -> dict[str, Any]:
    return json.loads((Path(older.__file__).with_name("schema_1.json")).read_text())


def test_methods_of_that_version_keep_their_names() -> None:
    assert set(declared()["parts"]) <= set(METHODS)


@pytest.mark.parametrize("method", declared()["parts"])
def test_every_method_has_its_curves_and_pictures(method: str) -> None:
    found = schema_of_older_run(method, ("class", "word"))
    keys = [curve.key for curve in found.curves]
    assert keys[:2] == ["train/loss", "measure/cross_group_knn"] and keys[-1] == "train/clips_per_second"
    assert {"measure/cross_group_knn/class", "measure/cross_group_knn/word"} <= set(keys)
    own = [curve for curve in found.curves if curve.key in {part["key"] for part in declared()["parts"][method]}]
    assert len(own) == len(declared()["parts"][method]) and all(part.title and part.meaning for part in own)
    assert [picture.name for picture in found.pictures] == [p["name"] for p in declared()["pictures"][method]] != []


@pytest.mark.parametrize("name", OLDER_RUNS)
def test_every_number_of_an_older_run_is_declared(name: str) -> None:
    run = RunFolder(OLDER_RUNS[name])
    keys = {curve.key for curve in run.schema().curves}
    assert {key for row in run.metrics() for key in row} - OWN <= keys
    assert {f"lens/{picture.name}" for picture in run.schema().pictures} <= set(run.snapshot(run.snapshots()[0]) or ())


def test_a_method_that_is_unknown_has_what_all_have() -> None:
    found = schema_of_older_run("none", ())
    assert Curve("train/loss", "Loss").key in {curve.key for curve in found.curves} and not found.pictures


def test_the_schema_of_an_older_run_is_read_without_torch() -> None:
    """The page's first answer must not wait for it."""
    script = f"""
import sys
from training.run import RunFolder
assert len(RunFolder({str(OLDER_RUNS["example"])!r}).schema().curves) > 10
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], cwd=Path(older.__file__).parents[2], check=True)
