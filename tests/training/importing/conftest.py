"""Twelve sounds, their vectors, and a cache of their own."""

import wave
from pathlib import Path

import numpy as np
import pytest

from tests.support.vector_files import NAMES, D, N


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Twelve short tones in folders of two classes."""
    for i, name in enumerate(NAMES):
        path = tmp_path / "sounds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            tone = 8000 * np.sin(2 * np.pi * (300 + 200 * (i % 2) + i) * np.arange(4000 + 100 * i) / 16_000)
            file.writeframes(tone.astype("<i2").tobytes())
    return tmp_path / "sounds"


@pytest.fixture
def h() -> np.ndarray:
    """(12, 8) float32"""
    return np.random.default_rng(0).standard_normal((N, D)).astype(np.float32)
