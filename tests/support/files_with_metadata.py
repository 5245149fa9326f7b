"""Sound files that say of themselves who made them; some the same bytes on every machine."""

import io
import struct
import wave
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile

KINDS = {
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".wav": ("WAV", "PCM_16"),
}


def sound_saying(path: Path, seed: int = 0, /, **said: str) -> Path:
    """A tenth of a second of noise, of the kind that its ending names; `said`: artist, album, genre, date, title."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, subtype = KINDS[path.suffix]
    with soundfile.SoundFile(path, "w", 16_000, 1, format=kind, subtype=subtype) as file:
        for name, text in said.items():
            setattr(file, name, text)
        file.write(np.random.default_rng(seed).uniform(-0.5, 0.5, 1_600))
    return path


def wav_saying(number: int, said: Mapping[str, str]) -> bytes:
    """A WAV file with an INFO chunk of `said`, by its four letters: whole numbers alone make it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(b"".join(struct.pack("<h", (i * (number + 3) % 97) * 200 - 9_000) for i in range(1_600)))
    chunks = out.getvalue()[12:]
    texts = b"".join(_chunk(name.encode(), text.encode() + b"\0") for name, text in said.items())
    whole = b"WAVE" + chunks[:24] + _chunk(b"LIST", b"INFO" + texts) + chunks[24:]
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def write_album_folder(folder: Path, files: int = 8) -> Path:
    """WAV files of four artists, each with an album and a year of its own, and of two genres, each of two of the artists."""
    folder.mkdir(parents=True)
    for n in range(files):
        said = {
            "IART": f"artist {n % 4}",
            "IGNR": ("rock", "jazz")[n % 2],
            "IPRD": f"album {n % 4}",
            "ICRD": f"{1990 + n % 4}-01-02",
            "INAM": f"song {n}",
        }
        (folder / f"{n}.wav").write_bytes(wav_saying(n, said))
    return folder


def id3v23(said: Mapping[str, str]) -> bytes:
    """A tag of ID3v2.3 in UTF-16, as it stands before an MP3; `said` by its four letters."""
    frames = b""
    for name, text in said.items():
        body = b"\x01" + text.encode("utf-16")
        frames += name.encode() + struct.pack(">I", len(body)) + b"\0\0" + body
    size = len(frames)
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frames


def id3v1(artist: str, album: str, year: str, genre: int) -> bytes:
    """The 128 bytes of ID3v1, as they stand behind an MP3."""
    return b"TAG" + struct.pack("30s30s30s4s30sB", b"", artist.encode(), album.encode(), year.encode(), b"", genre)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
