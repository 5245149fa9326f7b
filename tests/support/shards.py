"""Shards of made tones, written by Python's tarfile."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE = 16_000


def wav(number: int, seconds: float = 0.1, kind: str = "WAV") -> bytes:
    """A sound file of a tone, another one for each number."""
    content = io.BytesIO()
    time = np.arange(round(seconds * RATE)) / RATE
    soundfile.write(content, 0.5 * np.sin(2 * np.pi * (200 + 10 * number) * time), RATE, format=kind)
    return content.getvalue()


def write_tar(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    """A tar of these files, in this order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def write_shards(folder: Path, sizes: list[int], seconds: float = 0.1, **labels: Any) -> str:
    """A folder of shards of so many sounds each, and what names it. Classes even and odd, four speakers."""
    number = 0
    for shard, size in enumerate(sizes):
        files: dict[str, bytes] = {}
        for _ in range(size):
            about = {"class": ("even", "odd")[number % 2], "speaker": f"s{number // 2 % 4}", **labels}
            files |= {f"u{number:04d}.wav": wav(number, seconds), f"u{number:04d}.json": json.dumps(about).encode()}
            number += 1
        write_tar(folder / f"part-{shard:03d}.tar", files)
    return f"shards:{folder}"
