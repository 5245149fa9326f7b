"""An export of a made-up run, whose maps and sounds are at hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.export.write import Written, write_export
from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.snapshots import snapshot_hash
from training.run import RunFolder


def keep_maps(run: RunFolder) -> None:
    """A settled map of each snapshot, so that none must be made."""
    for step in run.snapshots():
        vectors = run.snapshot(step)["embeddings"].astype(np.float32)
        key = snapshot_hash(run, step)
        assert key is not None
        LayoutFolders().write(key, Layout(vectors[:, :2] / np.abs(vectors[:, :2]).max(), "umap", 0.97))


def silent(fraction: float, sentence: str) -> None:
    """Progress that nobody reads."""


@pytest.fixture(name="keep_maps")
def keep_maps_of() -> Callable[[RunFolder], None]:
    """`keep_maps`, for tests that cannot import it."""
    return keep_maps


@pytest.fixture
def written(
    tmp_path: Path, make_run: Callable[..., RunFolder], make_dataset: Callable[..., Any]
) -> Callable[..., tuple[RunFolder, Path, Written]]:
    """`written(n=…, sounds=True, …)` makes a run and exports it: (run, folder, what was said of it)."""

    def made(
        n: int = 60, *, sounds: bool = True, one_file: bool = False, **run: Any
    ) -> tuple[RunFolder, Path, Written]:
        if sounds:
            make_dataset(n, one_file=one_file)
        folder = make_run(tmp_path / "runs" / "one", n, **run)
        keep_maps(folder)
        said = write_export(folder, "one", "simclr · one", tmp_path / "export", silent)
        return folder, tmp_path / "export", said

    return made
