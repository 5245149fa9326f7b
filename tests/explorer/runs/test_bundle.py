import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.bundle import Bundle
from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.map_columns import local_trust
from explorer.runs.snapshots import snapshot_hash, unit_embeddings
from tests.support.older_runs import STOPPED
from training.run import RunFolder
from training.run.schema import Column, Schema


@pytest.fixture
def bundle(make_run: Any, tmp_path: Path) -> Any:
    return Bundle(make_run(tmp_path / "run"), LayoutFolders(tmp_path / "cache"))


def names(bundle: Any) -> Any:
    return [column.name for column in bundle.columns()]


def rewrite(bundle: Any, name: Any, **change: Any) -> None:
    path = bundle.run.path / name
    path.write_text(json.dumps({**(json.loads(path.read_text()) if path.exists() else {}), **change}))


def test_everything_of_a_run_is_asked_of_one_reader(bundle: Any, tmp_path: Path) -> None:
    places = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    LayoutFolders(tmp_path / "cache").write(snapshot_hash(bundle.run, 20), Layout(places, "umap", 0.9))
    assert len(bundle.points()) == 300 and bundle.status().step == 20
    assert len(bundle.curves().rows) == 24 and bundle.baselines()["main_facet"] == "class"
    assert bundle.snapshots() == [0, 10, 20] and bundle.layouts().steps == (20,)
    np.testing.assert_array_equal(bundle.layout(20).places, places)
    assert bundle.layout(10) is None
    near = bundle.neighbours(20, 7, 3)
    assert [set(n) for n in near] == [{"point", "clip", "score"}] * 3
    assert bundle.lens(20)["pictures"][0]["name"] == "similarity"


def test_beside_the_baselines_stand_the_bands_of_healthy_runs_where_the_method_is_known(bundle: Any) -> None:
    rewrite(bundle, "config.json", encoder="conv2d", encoder_size="S", batch_size=256, steps=None)
    band = bundle.baselines()["bands"]["measure/effective_rank"]
    assert set(band) == {"steps", "low", "high", "runs", "data"} and len(band["steps"]) == len(band["low"])
    for name, other in (("method", "mine"), ("batch_size", 32), ("steps", 60)):
        before = bundle.run.config().get(name)
        rewrite(bundle, "config.json", **{name: other})
        assert "bands" not in bundle.baselines(), f"{name} is another than that of the healthy runs"
        rewrite(bundle, "config.json", **{name: before})


def test_values_of_every_kind(bundle: Any) -> None:
    assert bundle.column("class").names[bundle.column("class").values[3]] == "seven"
    assert bundle.column("duration").values[1] == pytest.approx(0.26)
    loud = bundle.column("loudness").values
    assert np.isnan(loud[1]) and loud[2] == -22
    assert bundle.column("even").values[:3].tolist() == [0, 1, 0]
    assert bundle.column("note").values[:2] == ("note 0", "note 1")
    assert bundle.column("cluster", 10).values[:3].tolist() == [1, 2, 0]
    assert bundle.column("cluster", 10).names == ("a", "b", "c")
    assert bundle.column("share", 20).values[150] == pytest.approx(0.75)
    assert bundle.column("share") is None and bundle.column("share", 11) is None and bundle.column("none", 20) is None


def test_what_the_projector_keeps_beside_a_map_is_a_column(bundle: Any, tmp_path: Path) -> None:
    places = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    folders, key = LayoutFolders(tmp_path / "cache"), snapshot_hash(bundle.run, 20)
    folders.write(key, Layout(places, "pca", 0.9, columns={"map_trust": np.full(300, 0.5, np.float32)}))
    assert (bundle.column("map_trust", 20).values == 0.5).all()
    folders.write(key, Layout(places, "quick", 0.9))  # as one of before the projector kept it
    found = bundle.column("map_trust", 20).values
    np.testing.assert_array_equal(found, local_trust(unit_embeddings(bundle.run, 20), places))
    assert bundle.column("map_trust", 10) is None


def test_values_that_contradict_their_column_are_no_values(bundle: Any) -> None:
    good = bundle.run.columns()
    strange = ["loud", None, 10**300, True, *good["loudness"][4:]]
    rewrite(bundle, "columns.json", columns={**good, "loudness": strange, "even": [2, "x", *good["even"][2:]],
                                             "note": good["note"][:5], "duration": {"a": 1}})  # fmt: skip
    assert np.isnan(bundle.column("loudness").values[:3]).all() and bundle.column("loudness").values[5] == -25
    assert bundle.column("even").values[:3].tolist() == [-1, -1, 0]
    assert bundle.column("note") is None and bundle.column("duration") is None
    assert "note" not in names(bundle) and "duration" not in names(bundle) and "even" in names(bundle)


@pytest.mark.parametrize("step_values", [np.ones(299), np.ones((300, 2)), np.full(300, np.nan), np.full(300, 1e40)])
def test_snapshots_that_contradict_a_column_are_no_values(bundle: Any, step_values: Any) -> None:
    np.savez(bundle.run.snapshot_path(20), **{"columns/share": step_values, "columns/cluster": np.full(300, 9)})
    found = bundle.column("share", 20)
    assert found is None or np.isnan(found.values).all()
    assert (bundle.column("cluster", 20).values == -1).all()
    assert bundle.column("right", 20) is None


def test_a_category_may_be_written_as_texts_and_codes_need_no_names(bundle: Any) -> None:
    columns = (Column("key", "Key", "category"), Column("bin", "Bin", "category", "snapshot"))
    rewrite(bundle, "schema.json", **Schema(columns=columns).to_json())
    rewrite(bundle, "columns.json", columns={"key": ["minor", "major", 3, *["minor"] * 297]})
    arrays = bundle.run.snapshot(20)
    np.savez(bundle.run.snapshot_path(20), **arrays, **{"columns/bin": np.arange(300) % 4})  # type: ignore[arg-type]
    key, binned = bundle.column("key"), bundle.column("bin", 20)
    assert (key.names, key.values[:3].tolist()) == (("major", "minor"), [1, 0, -1])
    assert (binned.names, binned.values[:5].tolist()) == (("0", "1", "2", "3"), [0, 1, 2, 3, 0])
    assert names(bundle) == ["key", "bin", "class", "source", "map_trust", "nearness"]


def test_an_older_run_has_the_columns_that_it_has(tmp_path: Path) -> None:
    run = shutil.copytree(STOPPED, tmp_path / "stopped")
    bundle = Bundle(RunFolder(run), LayoutFolders(tmp_path / "cache"))
    assert set(names(bundle)) == {*bundle.points().facets, "map_trust", "nearness"}
    assert bundle.column("class").values.shape == (len(bundle.points()),)


def test_a_folder_of_nothing_is_borne(tmp_path: Path) -> None:
    bundle = Bundle(RunFolder(tmp_path), LayoutFolders(tmp_path / "cache"))
    assert names(bundle) == ["map_trust", "nearness"] and len(bundle.points()) == 0
    assert bundle.column("class") is None and bundle.column("map_trust", 0) is None
    assert bundle.neighbours(0, 0) is None and bundle.lens(0) is None and bundle.curves().rows == []


def test_reading_columns_and_maps_needs_no_torch() -> None:
    code = "import sys, explorer.runs.bundle; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
