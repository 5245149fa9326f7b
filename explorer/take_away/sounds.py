"""The sounds of clips, in a folder for each tag."""

import hashlib
import io
import re
import wave
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from explorer.take_away.taken import Taken
from training.data.dataset import SAMPLE_RATE, Dataset
from training.errors import UserError

MOST_BYTES = 1 << 30
"""Of one zip."""
UNTAGGED = "untagged"
MOST_FOLDERS = 8
"""Of a clip's own folders those nearest to it are kept; some systems open no path that is longer than 260 characters."""
LONGEST_NAME = 100
DIGITS = 6
"""Of the hash of a tag: they are the same whichever tags there are."""


def zipped(taken: Taken) -> Iterator[bytes]:
    """A zip of the clips as the model hears them (WAV, mono, 16 kHz), in parts: each in the folder of each of its tags, and
    there in the folders in which its file lies in the data, which may be its label.

    Raises UserError, before the first part, where the sounds are not at hand or are too many.
    """
    dataset = taken.dataset
    if dataset is None:
        raise UserError("The sounds of this run are not on this machine, so they cannot be taken away.")
    clips = taken.bundle.points().clips
    names: dict[str, int] = {}
    used: set[str] = set()
    folders = folders_of(taken.tags)
    for point in taken.points:
        for folder in [folders[tag] for tag in taken.tags_of_points[point]] or [UNTAGGED]:
            names[_unused(f"{folder}/{_stem(taken, point)}", used)] = clips[point]
    size = sum(2 * int(dataset.lengths[clip]) for clip in names.values())
    if size > MOST_BYTES:
        raise UserError(
            f"These sounds are {size >> 20:,} MB; at most {MOST_BYTES >> 20:,} MB are taken away at once, so select fewer."
        )
    return _parts(dataset, names)


def folders_of(tags: Iterable[str]) -> dict[str, str]:
    """Tag → its folder, on any system, and no other tag's, also where small and large letters are one: where its name had to be
    changed, or differs from another tag's in these alone, it has a few digits of its own.
    """
    names = list(tags)
    alike = Counter([UNTAGGED, *(tag.casefold() for tag in names)])
    return {tag: possible_folders(tag)[alike[tag.casefold()] > 1 or _as_name(tag) != tag] for tag in names}


def possible_folders(tag: str) -> tuple[str, str]:
    """The folder of a tag without digits, and with them: which it is depends on the other tags."""
    name = _as_name(tag)
    return name, f"{name} ({hashlib.sha256(tag.encode()).hexdigest()[:DIGITS]})"


def _as_name(text: str) -> str:
    """A text as the name of a file or folder, on any system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", text).strip(" .") or "_"


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
    """The clip's file with its folders, each safe as a name, and where in it the clip begins, if it gives several."""
    file = PurePosixPath(taken.file(point) or "clip")
    window = taken.window(point)
    return as_path(file.parent / file.stem) + (f"-{window[0]:.2f}s" if window else "")


def as_path(path: PurePosixPath) -> str:
    """A path below a folder, each part of it safe as a name."""
    return "/".join(_as_name(part)[:LONGEST_NAME] for part in (*path.parent.parts[-MOST_FOLDERS:], path.name))


def _unused(stem: str, used: set[str]) -> str:
    """A name that no other file has, for systems too that take small and large letters for one."""
    number, name = 2, f"{stem}.wav"
    while name.casefold() in used:
        number, name = number + 1, f"{stem} ({number}).wav"
    used.add(name.casefold())
    return name
