"""A run folder and a data set made up in a moment, so that the page can be tested without training anything."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.sounds import open_datasets, pairs
from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.decoder import Decoder
from training.run import RunFolder, RunWriter, State, Status, create_run
from training.run.older import schema_of_older_run
from training.run.schema import Column, Schema

CLASSES = ("bell", "dog", "rain", "seven", "violin")
SOURCES = ("one", "two", "three", "four")
COLUMNS = (
    Column("class", "class", "category"),
    Column("source", "source", "category"),
    Column("right", "kNN right", "flag", "snapshot", names=("wrong", "right"), meaning="Whether it is right."),
    Column("share", "Sureness", "number", "snapshot", low=0.0, high=1.0),
    Column("cluster", "Cluster", "category", "snapshot", names=("a", "b", "c")),
    Column("duration", "Duration", "number", unit="s", meaning="How long the clip is."),
    Column("loudness", "Loudness", "number", unit="dB", digits=1),
    Column("even", "Even number", "flag"),
    Column("note", "Note", "text"),
)
"""One of each kind, of the clip and of the clip at a snapshot."""


def clustered(n: int, dim: int, step: int, seed: int = 0) -> np.ndarray:
    """(n, dim) float32: five clusters that part from each other as `step` grows; row i belongs to cluster i mod 5."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(len(CLASSES), dim))
    noise = random.normal(size=(n, dim))
    return (centres[np.arange(n) % len(CLASSES)] * min(1.0, step / 20) * 2 + noise).astype(np.float32)


def write_run(
    path: Path,
    n: int = 300,
    dim: int = 32,
    snapshots: Sequence[int] = (0, 10, 20),
    *,
    seed: int = 0,
    state: State = State.FINISHED,
    fingerprint: str = "0" * 64,
    config: dict[str, Any] | None = None,
    embedded: Callable[[int], np.ndarray] | None = None,
) -> RunFolder:
    """A run with `n` probe clips in five classes and four sources, curves, measures, baselines and snapshots.

    `embedded` gives the embeddings (n, dim) at a step, `clustered` where it is None. The weights are no weights.
    """
    described = {
        "method": "simclr",
        "encoder": "conv",
        "data": "starter",
        "created": "2025-01-01T00:00:00",
        "seed": seed,
    }
    described |= config or {}
    create_run(path, described)
    writer = RunWriter(path)
    facets = {
        "class": {"names": list(CLASSES), "codes": [i % 5 for i in range(n)]},
        "source": {"names": list(SOURCES), "codes": [i % 4 for i in range(n)]},
    }
    about = {"fingerprint": fingerprint, "data": "starter", "data_name": "Made-up sounds"}
    ids = [f"clip-{i}" for i in range(n)]
    writer.write_probe(
        {**about, "ids": ids, "clips": list(range(n)), "facets": facets, "group": "source", "main_facet": "class"}
    )
    pictures = schema_of_older_run(str(described["method"]), ()).pictures  # of the method, without torch
    writer.write_schema(Schema(columns=COLUMNS, pictures=pictures))
    durations = [0.25 + i / 100 for i in range(n)]
    loud = [None if i == 1 else -20.0 - i for i in range(n)]
    notes = [f"note {i}" for i in range(n)]
    writer.write_columns({"duration": durations, "loudness": loud, "even": [i % 2 for i in range(n)], "note": notes})
    values = {"class": {"random_init": 0.5, "log_mel": 0.5, "mfcc": 0.6, "chance": 0.2}}
    writer.write_baselines(
        {"main_facet": "class", "cross_group_knn": values, "loss": {"value": 6.2, "meaning": "chance"}}
    )
    for step in range(max(snapshots, default=0) + 1):
        row = {"step": step, "attempt": 1, "seconds": step / 4, "train/loss": 6.2 / (1 + step / 10)}
        writer.append_metrics({**row, "train/learning_rate": 1e-3, "train/clips_per_second": 1000.0})
    for step in snapshots:
        vectors = clustered(n, dim, step, seed) if embedded is None else embedded(step)
        arrays = {
            "embeddings": vectors.astype(np.float16),
            "projections": vectors[:, : vectors.shape[1] // 2].astype(np.float16),
        }
        spectrum = np.linalg.svd(vectors, compute_uv=False).astype(np.float32)
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        seen = {"lens/similarity": units[:8] @ units[:8].T, "lens_clips": np.arange(0, min(n, 256))}
        right = (np.arange(n) * 7 % 20 < step).astype(np.int32)
        columns = {"right": right, "share": (right * 0.5 + np.arange(n) / n / 2).astype(np.float32)}
        columns["cluster"] = (np.arange(n) + step // 10) % 3
        kept = {f"columns/{name}": values for name, values in columns.items()}
        writer.write_snapshot(step, {**arrays, "singular_values": spectrum, **seen, **kept})
        writer.write_checkpoint(step, b"weights", b"state", {"weights": f"{seed}-{step}", "state": "none"})
        measures = {"measure/cross_group_knn": 0.5 + step / 100, "measure/cross_group_knn/class": 0.5 + step / 100}
        writer.append_metrics({"step": step, "seconds": step / 4, **measures, "measure/normalised_std": 0.9})
    steps = max(snapshots, default=0)
    writer.write_status(Status(state=state, attempt=1, step=steps, steps=steps, seconds=steps / 4, progress=1.0))
    writer.close()
    return RunFolder(path)


def write_dataset(
    n: int = 300, root: Path | None = None, fingerprint: str = "0" * 64, *, one_file: bool = False
) -> Dataset:
    """A cached data set of `n` short tones with the ids and labels of `write_run`, each a file or all windows of one."""
    writer = ClipWriter("Made-up sounds", fingerprint, root)
    times = np.arange(SAMPLE_RATE // 4) / SAMPLE_RATE
    for i in range(n):
        tone = 8000 * np.sin(2 * np.pi * 220 * (1 + i % 5) * times)
        labels = {"class": CLASSES[i % 5], "source": SOURCES[i % 4]}
        file, offset = ("whole.wav", i / 4) if one_file else (f"{CLASSES[i % 5]}-{i}.wav", 0.0)
        writer.add(tone.astype(np.int16), id=f"clip-{i}", labels=labels, file=file, offset_seconds=offset)
    return writer.finish("source")


@pytest.fixture
def make_run() -> Callable[..., RunFolder]:
    """`write_run`, for tests that cannot import it."""
    return write_run


@pytest.fixture
def make_dataset(cache: Path) -> Callable[..., Dataset]:
    """`write_dataset`, into the test's own cache."""
    return write_dataset


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the page's own files, used in place of the user's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    return tmp_path / "own" / "hearsight"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer says that sounds are still being opened or decoded, or views drawn, because the machine is slow."""
    monkeypatch.setattr(open_datasets, "WAIT_SECONDS", 60)
    monkeypatch.setattr(pairs, "LONGEST_SECONDS", 240)
    monkeypatch.setattr(Decoder.answer, "__defaults__", (120,))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, used in place of the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hearsight"
