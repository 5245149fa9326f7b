"""A set of clips, its pack, and another machine."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.pack import write_pack


def clips_named(name: str, fingerprint: str = "f00d", clips: int = 20, seed: int = 0) -> Dataset:
    """A set in the cache: two facets, one with gaps; some captions."""
    random = np.random.default_rng(seed)
    writer = ClipWriter(name, fingerprint)
    for i in range(clips):
        writer.add(
            (8000 * random.standard_normal(random.integers(3000, 6000))).clip(-32768, 32767).astype(np.int16),
            id=f"clip-{i}",
            labels={"class": None if i == 3 else "äb"[i % 2], "source": f"source {i % 4}"},
            file=f"a/{i // 2}.wav",
            offset_seconds=i % 2 * 0.3,
            companions={"caption": f"number {i}" if i % 3 else None},
        )
    return writer.finish("source")


@pytest.fixture
def made(own_cache: Path) -> Dataset:
    return clips_named("mine")


@pytest.fixture
def file(made: Dataset, tmp_path: Path) -> Path:
    path = tmp_path / "mine.bin"
    write_pack(made, path)
    return path


@pytest.fixture
def elsewhere(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pack on another machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    return file


def folder_of_sounds(folder: Path) -> Path:
    random = np.random.default_rng(0)
    for i in range(20):
        path = folder / "ab"[i % 2] / f"{i}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, random.uniform(-0.5, 0.5, 4000 + 100 * i), SAMPLE_RATE)
    return folder
