from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.snapshots import snapshot_hash


@pytest.fixture
def folders(tmp_path: Path) -> Any:
    return LayoutFolders(tmp_path / "cache")


def layout(kind: Any, trust: Any = 0.9) -> Any:
    return Layout(np.full((300, 2), 0.25, np.float32), kind, trust, 7.0)


def test_the_best_kind_is_found(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    key = snapshot_hash(run, 10)
    assert folders.find(run, 10) is None
    for kind, shown in (("pca", "pca"), ("quick", "umap"), ("umap", "umap")):
        folders.write(key, layout(kind))
        found = folders.find(run, 10)
        assert (found.kind, found.shown_kind, found.trust, found.scale) == (kind, shown, pytest.approx(0.9), 7.0)
    assert [path.name for path in folders.root.glob("*/*")] == [f"{key}.umap.npz"]


def test_the_version_changes_with_every_change(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    versions = [folders.summary(run).version]
    for step, kind in ((10, "pca"), (20, "pca"), (10, "umap")):
        folders.write(snapshot_hash(run, step), layout(kind))
        versions.append(folders.summary(run).version)
    assert len(set(versions)) == 4
    summary = folders.summary(run)
    assert (summary.steps, summary.kinds, summary.trust) == ((10, 20), {10: "umap", 20: "pca"}, {10: 0.9, 20: 0.9})
    assert folders.summary(run).version == versions[-1]
    run.snapshot_path(30).write_bytes(b"another one")  # whose map is still to come
    assert folders.summary(run).version not in versions


def test_a_layout_belongs_to_the_content_of_its_snapshot(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    folders.write(snapshot_hash(run, 10), layout("umap"))
    run.snapshot_path(20).replace(run.snapshot_path(10))
    assert folders.find(run, 10) is None


def test_a_run_may_carry_its_own(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    folders.write(snapshot_hash(run, 10), layout("umap"), into=run.path / "layouts")
    assert folders.find(run, 10).kind == "umap"
    assert not folders.root.exists()


def test_a_damaged_layout_is_none(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    key = snapshot_hash(run, 10)
    folders.write(key, layout("umap", None))
    assert folders.find(run, 10).trust is None
    next(folders.root.glob("*/*")).write_bytes(b"nonsense")
    assert folders.find(run, 10) is None


def test_old_layouts_are_forgotten(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    folders.write(snapshot_hash(run, 10), layout("umap"))
    path = next(folders.root.glob("*/*"))
    written = path.stat().st_mtime
    killed = path.with_name(f".{path.name}.77.tmp")  # what a projector that was killed left of a write
    killed.write_bytes(b"half")
    folders.forget_older_than(30, written + 29 * 86_400)
    assert folders.find(run, 10) is not None
    folders.forget_older_than(30, written + 31 * 86_400)
    assert folders.find(run, 10) is None and not killed.exists()
