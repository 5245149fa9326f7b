from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.projector.chain import Chain, is_flat
from explorer.runs.layouts import LayoutFolders
from training.run import RunWriter


def jiggle(indices: Any, distances: Any, start: Any, epochs: Any, strength: Any) -> Any:
    """Stands for UMAP: pulls every point towards its neighbours, and turns the whole."""
    pulled = 0.5 * start + 0.5 * start[indices].mean(axis=1)
    return (pulled @ np.array([[0, 1], [-1, 0]]) * 3 + 5).astype(np.float32)


@pytest.fixture
def folders(tmp_path: Path) -> Any:
    return LayoutFolders(tmp_path / "cache")


def worked(chain: Any, umap: Any = jiggle, at_most: Any = 100) -> Any:
    """Do what is to be done; the tasks in order."""
    done = []
    while (task := chain.next_task(umap is not None)) is not None and len(done) < at_most:
        chain.do(task, umap)
        done.append((task.step, task.kind))
    return done


def places(run: Any, folders: Any, step: Any) -> Any:
    return folders.find(run, step).places


def test_until_umap_is_ready_every_snapshot_gets_pca_newest_first(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    assert worked(Chain(run, folders), umap=None) == [(20, "pca"), (10, "pca"), (0, "pca")]
    assert folders.summary(run).kinds == {0: "pca", 10: "pca", 20: "pca"}


def test_maps_in_space_are_a_chain_of_their_own(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(0, 5))
    assert worked(Chain(run, folders, axes=3), umap=None) == [(5, "pca"), (0, "pca")]
    assert worked(Chain(run, folders), umap=None) == [(5, "pca"), (0, "pca")]
    assert (folders.find(run, 5).places.shape[1], folders.find(run, 5, axes=3).places.shape[1]) == (2, 3)


def test_a_late_visitor_gets_the_newest_first_and_then_the_chain(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(0, 5, 10, 15))
    done = worked(Chain(run, folders))
    lesser = [(15, "pca"), (15, "quick"), (10, "pca"), (5, "pca"), (0, "pca")]
    assert done == [*lesser, (0, "umap"), (5, "umap"), (10, "umap"), (15, "umap")]
    assert {folders.find(run, step).kind for step in run.snapshots()} == {"umap"}


def test_who_follows_live_sees_no_pca_between_two_umaps(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(0,))
    chain = Chain(run, folders)
    assert worked(chain) == [(0, "pca"), (0, "umap")]
    for step in (10, 20):
        add_snapshot(run, step)
        assert worked(chain) == [(step, "umap")]


def add_snapshot(run: Any, step: Any, vectors: Any = None) -> None:
    writer = RunWriter(run.path)
    random = np.random.default_rng(step).normal(size=(300, 32)) if vectors is None else vectors
    writer.write_snapshot(step, {"embeddings": random.astype(np.float16)})
    writer.close()


def test_the_maps_do_not_depend_on_when_the_visitor_came(make_run: Any, folders: Any, tmp_path: Path) -> None:
    early, late = tmp_path / "early", tmp_path / "late"
    steps = (0, 4, 8, 12, 16)
    late_run = make_run(late, snapshots=steps)
    early_run = make_run(early, snapshots=steps[:1])
    early_folders = LayoutFolders(tmp_path / "early cache")
    chain = Chain(early_run, early_folders)
    worked(chain)
    for step in steps[1:]:
        writer = RunWriter(early)
        writer.snapshot_path(step).write_bytes(late_run.snapshot_path(step).read_bytes())
        writer.close()
        worked(chain)
    worked(Chain(late_run, folders))
    for step in steps:
        np.testing.assert_array_equal(places(early_run, early_folders, step), places(late_run, folders, step))


def test_each_map_lies_as_near_to_the_one_before_as_turning_allows(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(10, 20))
    worked(Chain(run, folders))
    before, after = places(run, folders, 10), places(run, folders, 20)
    rest = after.T.astype(np.float64) @ before
    np.testing.assert_allclose(rest, rest.T, atol=1e-2)  # the best turn leaves a symmetric product …
    assert np.linalg.eigvalsh(rest).min() > 0  # … that is positive
    assert np.quantile(np.hypot(*after.T), 0.98) == pytest.approx(1, abs=1e-3)


def test_a_resume_that_rewrites_a_snapshot_gets_it_a_new_map(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    chain = Chain(run, folders)
    worked(chain)
    before = places(run, folders, 20)
    add_snapshot(run, 20)
    assert worked(chain) == [(20, "umap")]
    assert not np.array_equal(places(run, folders, 20), before)


def test_a_damaged_snapshot_is_passed_over(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    run.snapshot_path(10).write_bytes(b"nonsense")
    worked(Chain(run, folders))
    assert folders.summary(run).kinds == {0: "umap", 20: "umap"}


@pytest.mark.parametrize("n", [1, 2, 15])
def test_a_few_points_stay_at_pca(make_run: Any, folders: Any, tmp_path: Path, n: Any) -> None:
    run = make_run(tmp_path / "run", n=n)
    assert len(worked(Chain(run, folders))) < 20
    assert set(folders.summary(run).kinds.values()) == {"pca"}


def test_a_collapse_is_shown_as_one_place(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    add_snapshot(run, 30, np.ones((300, 32)))
    worked(Chain(run, folders))
    assert folders.summary(run).kinds == {0: "umap", 10: "umap", 20: "umap", 30: "pca"}
    assert not places(run, folders, 30).any()


def test_another_number_of_points_begins_anew(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(0, 10))
    add_snapshot(run, 20, np.random.default_rng(0).normal(size=(50, 8)))
    worked(Chain(run, folders))
    assert [len(places(run, folders, step)) for step in (10, 20)] == [300, 50]


def test_no_snapshots_no_task(make_run: Any, folders: Any, tmp_path: Path) -> None:
    assert Chain(make_run(tmp_path / "run", snapshots=()), folders).next_task(True) is None


def test_flat_is_what_umap_cannot_spread() -> None:
    assert is_flat(np.ones((100, 4), np.float32))
    assert is_flat(np.zeros((100, 4), np.float32))
    assert is_flat(np.eye(15, dtype=np.float32))
    assert not is_flat(np.eye(16, dtype=np.float32))


def test_only_what_takes_the_place_of_a_settled_map_can_wait(make_run: Any, folders: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    chain, awaited = Chain(run, folders), []
    while (task := chain.next_task(True)) is not None:
        awaited.append((task.kind, chain.awaited(task)))
        chain.do(task, jiggle)
    settled = [wanted for kind, wanted in awaited if kind == "umap"]
    assert settled == [True] + [False] * (len(settled) - 1) and len(settled) > 1
    assert all(wanted for kind, wanted in awaited if kind != "umap")
