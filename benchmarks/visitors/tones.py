"""Short tones, as a set to train on and as what a visitor sends."""

import io
import wave
from pathlib import Path

import numpy as np

RATE = 16_000


def tones(folder: Path, count: int = 300) -> None:
    """Sounds of five classes, as WAV files in folders."""
    for i in range(count):
        path = folder / f"class {i % 5}" / f"{i}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tone(200.0 * (1 + i % 5) + i % 7, 1.0))


def tone(pitch: float, seconds: float = 1.0) -> bytes:
    """A WAV file."""
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        times = np.arange(int(RATE * seconds)) / RATE
        out.writeframes((np.sin(2 * np.pi * pitch * times) * 9000).astype("<i2").tobytes())
    return held.getvalue()
