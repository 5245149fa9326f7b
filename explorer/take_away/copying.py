"""The files of tagged clips, copied into a folder for each tag, and their times, as label tracks. Nothing is moved, and nothing
that is there is touched.
"""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from explorer.tags.columns import Tags, carried
from explorer.take_away.sounds import folders_of, possible_folders
from explorer.take_away.tracks import tracks
from training.data import open_dataset
from training.data.dataset import Dataset, Progress
from training.data.files import opened
from training.data.sniff import NotRead
from training.errors import UserError


@dataclass(frozen=True)
class Copied:
    """What became of the files."""

    copied: int
    there: int
    """Those left alone, since a file of that name is there already."""
    missing: tuple[str, ...]
    """Those that could not be read, each with its reason."""
    former: tuple[str, ...]
    """Folders that were copied to once, of tags that no longer exist or have another folder now."""


def copy_by_tag(
    data: Path,
    to: Path,
    tags: Tags,
    only: str | None,
    window_seconds: float,
    progress: Progress,
    names: Iterable[str] = (),
) -> Copied:
    """Copies the sound files below `data`, clips of which carry a tag (or the tag `only`), to `to`/TAG/.

    `names`: what tags are or once were called, by which the folders of former ones are known.
    Raises UserError where `data` is no folder, lies around `to`, or holds no clip with such a tag.
    """
    data, to = data.expanduser().absolute(), to.expanduser().absolute()
    dataset, found = _tagged(data, to, tags, only, window_seconds, progress)
    copied = there = 0
    missing = []
    folders = folders_of(tags)
    for tag, places in found.items():
        for name in dict.fromkeys(dataset.files[place] for place in places):
            target = to / folders[tag] / name
            try:
                source = opened(str(data / name), follow_links=True)
            except NotRead as reason:
                missing.append(f"{name}: {reason}")
                continue
            with open(source, "rb") as content:
                made = _new(target)
                if made is None:
                    there += 1
                    continue
                with open(made, "wb") as file:
                    shutil.copyfileobj(content, file)
                copied += 1
    return Copied(copied, there, tuple(missing), _former(to, folders.values(), names))


def write_tracks(
    data: Path, to: Path, tags: Tags, only: str | None, window_seconds: float, progress: Progress
) -> tuple[int, int]:
    """Writes to `to` the label tracks of the clips of `data` that carry a tag (or the tag `only`), in the folders of their
    recordings. Returns how many were written, and how many not, since a file of that name was there.

    Raises UserError as `copy_by_tag`.
    """
    data, to = data.expanduser().absolute(), to.expanduser().absolute()
    dataset, found = _tagged(data, to, tags, only, window_seconds, progress)
    tagged: dict[int, list[str]] = {}
    for tag, places in found.items():
        for place in places:
            tagged.setdefault(place, []).append(tag)
    written = there = 0
    for name, text in tracks(dataset, tagged).items():
        made = _new(to / name)
        if made is None:
            there += 1
            continue
        with open(made, "w", encoding="utf-8") as file:
            file.write(text)
        written += 1
    return written, there


def _tagged(
    data: Path, to: Path, tags: Tags, only: str | None, window_seconds: float, progress: Progress
) -> tuple[Dataset, dict[str, list[int]]]:
    """The clips of a folder, and those of each tag. Raises UserError."""
    if not data.is_dir():
        raise UserError(f"There is no folder {data}; the folder of the sounds that were tagged was expected.")
    if to.resolve().is_relative_to(data.resolve()):
        raise UserError(f"{to} lies in the folder of the sounds, where nothing is written; name a folder elsewhere.")
    dataset = open_dataset(str(data), window_seconds=window_seconds, progress=progress)
    found = {tag: places for tag, places in carried(dataset.ids, tags).items() if only in (None, tag)}
    if not found:
        what = "a tag" if only is None else f"the tag {only!r}"
        raise UserError(f"No sound below {data} carries {what}.")
    return dataset, found


def _former(to: Path, now: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The folders in `to` that are called as one of `names` would be, and are none of `now`."""
    mine = {folder.casefold() for folder in now}
    once = {folder for name in names for folder in possible_folders(name)}
    there = to.iterdir() if to.is_dir() else ()  # not where no file could be read
    names_there = (each.name for each in there if each.is_dir())
    return tuple(sorted(name for name in names_there if name in once and name.casefold() not in mine))


def _new(path: Path) -> int | None:
    """A descriptor of a new file; None where there is something already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        return None
