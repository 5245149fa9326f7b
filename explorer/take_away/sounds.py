"""The sounds of clips, in a folder for each tag."""

import io
import re
import wave
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from explorer.take_away.taken import Taken
from training.data.dataset import SAMPLE_RATE, Dataset
from training.errors import UserError

MOST_BYTES = 1 << 30
"""Of one zip."""
UNTAGGED = "untagged"


def zipped(taken: Taken) -> Iterator[bytes]:
    """A zip of the clips as the model hears them (WAV, mono, 16 kHz), in parts: each in the folder of each of its tags.

    Raises UserError, before the first part, where the sounds are not at hand or are too many.
    """
    dataset = taken.dataset
    if dataset is None:
        raise UserError("The sounds of this run are not on this machine, so they cannot be taken away.")
    clips = taken.bundle.points().clips
    names: dict[str, int] = {}
    for point in taken.points:
        for tag in taken.tags_of_points[point] or [UNTAGGED]:
            names[_unused(f"{folder_of(tag)}/{_stem(taken, point)}", names)] = clips[point]
    size = sum(2 * int(dataset.lengths[clip]) for clip in names.values())
    if size > MOST_BYTES:
        raise UserError(
            f"These sounds are {size >> 20:,} MB; at most {MOST_BYTES >> 20:,} MB are taken away at once, so select fewer."
        )
    return _parts(dataset, names)


def folder_of(tag: str) -> str:
    """A tag as the name of a folder, on any system."""
    return re.sub(r'[\\/:*?"<>|]', "_", tag).strip(" .") or "_"


def _parts(dataset: Dataset, names: dict[str, int]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, clip in names.items():
            # A fixed date, so that the same clips give the same file.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _wav(dataset, clip))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What is written into it is taken out part by part."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: object) -> int:
        self._parts.append(bytes(part))  # type: ignore[call-overload]  # bytes or a view of some
        return len(self._parts[-1])

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _wav(dataset: Dataset, clip: int) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(dataset.int16(clip).astype("<i2").tobytes())
    return content.getvalue()


def _stem(taken: Taken, point: int) -> str:
    """The clip's file without its folders, and where in it the clip begins."""
    stem = folder_of(PurePosixPath(taken.file(point) or "clip").stem)[:100]
    offset = taken.offset_seconds(point)
    return f"{stem}-{offset:.2f}s" if offset else stem


def _unused(stem: str, taken: dict[str, int]) -> str:
    number, name = 2, f"{stem}.wav"
    while name in taken:
        number, name = number + 1, f"{stem} ({number}).wav"
    return name
