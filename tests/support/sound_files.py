"""Files of sound that tests write, sound ones and others."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.data.decode import decode_upload
from training.errors import UserError


def tone(seconds: float = 1.0, rate: int = 16_000, hz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean((samples.astype(np.float64) / 32768) ** 2)))


def written(path: Path, samples: np.ndarray, rate: int = 16_000, kind: str = "WAV", subtype: str | None = None) -> Path:
    soundfile.write(path, samples, rate, format=kind, subtype=subtype)
    return path


def refusal(path: str | Path) -> str:
    with pytest.raises(UserError) as error:
        decode_upload(path)
    assert str(error.value).endswith(".") and "\n" not in str(error.value)
    return str(error.value)


def wav_header(rate: int = 16_000, channels: int = 1, data_bytes: int = 0) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, (rate * 2 * channels) & 0xFFFFFFFF, (2 * channels) & 0xFFFF, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", data_bytes)
    return b"RIFF" + struct.pack("<I", 36 + data_bytes) + chunks


def huge_flac(path: Path) -> Path:
    """A second of sound whose header claims 2^36 - 1 frames."""
    content = bytearray(written(path, tone(), kind="FLAC").read_bytes())
    content[21] |= 0x0F
    content[22:26] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    return path
