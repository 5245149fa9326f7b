import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.projector.chain import Chain
from explorer.runs.layouts import LayoutFolders


@pytest.fixture(scope="module")
def umap() -> Any:
    """Imported by the first test that asks: whoever only collects them needn't wait for what umap compiles."""
    from explorer.projector.umap_layout import umap_places

    return umap_places


def test_clusters_are_kept_together_and_the_map_does_not_jump(make_run: Any, tmp_path: Path, umap: Any) -> None:
    run = make_run(tmp_path / "run", n=200, snapshots=(16, 17, 18, 19, 20))
    folders = LayoutFolders(tmp_path / "cache")
    chain = Chain(run, folders)
    while (task := chain.next_task(True)) is not None:
        chain.do(task, umap)
    maps = [folders.find(run, step) for step in run.snapshots()]
    for before, after in itertools.pairwise(maps):
        assert np.median(np.hypot(*(after.places - before.places).T)) < 0.15
    for found in maps:
        assert found.trust > 0.8
        centres = np.stack([found.places[i::5].mean(axis=0) for i in range(5)])
        own = np.hypot(*(found.places - centres[np.arange(200) % 5]).T)
        apart = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))[np.triu_indices(5, 1)]
        assert np.median(own) < 0.5 * apart.min()


def test_maps_in_space_have_three_axes_move_little_and_are_the_same_again(
    umap: Any, make_run: Any, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", n=200, snapshots=(16, 18, 20))
    made = []
    for name in ("first", "again"):
        folders = LayoutFolders(tmp_path / name)
        chain = Chain(run, folders, axes=3)
        while (task := chain.next_task(True)) is not None:
            chain.do(task, umap)
        made.append([folders.find(run, step, axes=3) for step in run.snapshots()])
        assert folders.summary(run).steps == (), "nothing on the plane"
    for found, same in zip(*made, strict=True):
        assert found.places.shape == (200, 3) and found.kind == "umap" and found.trust > 0.8
        np.testing.assert_array_equal(found.places, same.places)
    for before, after in itertools.pairwise(made[0]):
        assert np.median(np.linalg.norm(after.places - before.places, axis=1)) < 0.25


def test_the_same_start_gives_the_same_places(umap: Any) -> None:
    random = np.random.default_rng(0)
    indices = (np.arange(40)[:, None] + np.arange(15)[None]).astype(np.int32) % 40
    distances = np.sort(random.random((40, 15)), axis=1).astype(np.float32)
    start = random.normal(size=(40, 2)).astype(np.float32)
    first = umap(indices, distances, start, 10, 0.5)
    np.testing.assert_array_equal(first, umap(indices, distances, start, 10, 0.5))
    assert np.isfinite(umap(indices, np.zeros_like(distances), np.zeros_like(start), 10, 1.0)).all()


def test_what_is_compiled_is_kept_for_the_next_process() -> None:
    from explorer.projector.umap_layout import COMPILED, warm_up

    warm_up()
    called = [function.stats for function in COMPILED if function.signatures]
    assert len(called) >= 3 and all(stats.cache_hits or stats.cache_misses for stats in called)
