"""Sounds that were dropped on the page, kept as a folder of their own so that runs can name it and be resumed.

<cache>/dropped/<hash of names and contents>/<readable name>/…    as dropped; a zip unpacked, its folders kept

They are a visitor's: links are never followed, and no file may be longer than ten minutes.
"""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from training.data import cache
from training.data.archives import extract_zip, is_zip, new_folder
from training.data.dataset import Progress
from training.data.files import CHUNK_BYTES, HASH_BYTES, bytes_in, content_hash, opened
from training.data.names import readable_name, sent_name
from training.data.sniff import NotRead
from training.errors import UserError

LONGEST_SECONDS = 600.0
MOST_FILES = 5_000
QUOTA_BYTES = 4 << 30
LONGEST_NAME = 80


def dropped_root() -> Path:
    """The folder below which everything that was dropped lies."""
    return cache.cache_root() / "dropped"


def is_dropped(path: str | Path) -> bool:
    """Whether `path` lies among what was dropped."""
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(dropped_root()))
    except ValueError:  # a name that holds NUL
        return False


def is_one_drop(path: str | Path) -> bool:
    """Whether `path` is the folder of one drop, whose name nobody knows who doesn't know the sounds."""
    folder = Path(path)
    if folder.parent.parent != dropped_root() or not re.fullmatch(f"[0-9a-f]{{{2 * HASH_BYTES}}}", folder.parent.name):
        return False
    return folder.is_dir() and not folder.is_symlink() and not folder.parent.is_symlink()


def keep_dropped(
    paths: Sequence[str | Path], progress: Progress, *, in_use: Collection[str] = (), quota_bytes: int = QUOTA_BYTES
) -> Path:
    """The folder that holds copies of the files at `paths`, or what is in them where they are one zip.

    The same files give the same folder. Beyond the quota those that were used longest ago are removed, except the
    folders `in_use`. Raises UserError with one sentence where there is nothing to keep or no room for it.
    """
    if not paths:
        raise UserError("Nothing was dropped.")
    if len(paths) > MOST_FILES:
        raise UserError(f"{len(paths):,} files were dropped; {MOST_FILES:,} are the most. One zip can hold more.")
    try:
        zipped = len(paths) == 1 and is_zip(paths[0], follow_links=False)
        whole = _folder_name(paths)
        names = [""] if zipped else _file_names(paths)
        key = _hash_of(names, [content_hash(os.fspath(path), follow_links=False) for path in paths], whole)
    except NotRead as reason:
        raise UserError(f"What was dropped cannot be used: {reason}.") from None
    target = dropped_root() / key
    with cache.locked(dropped_root() / "dropped.lock", progress):
        if not (target / whole).is_dir():
            with new_folder(target) as folder:
                inside = folder / whole
                inside.mkdir()
                if zipped:
                    extract_zip(paths[0], inside, progress)
                else:
                    _copy(paths, names, inside, progress)
        mark_used(target / whole)
        try:
            _make_room(target, in_use, quota_bytes)
        except UserError:
            shutil.rmtree(target, ignore_errors=True)
            raise
    return target / whole


def mark_used(path: Path) -> None:
    """Note that this folder is used now; best effort."""
    with contextlib.suppress(OSError):
        os.utime(path.parent)


def forget_dropped(path: str | Path) -> None:
    """Remove one folder, such as one that turned out to hold no sound; does nothing for any other path."""
    folder = Path(path)
    if folder.parent.parent == dropped_root():
        with cache.locked(dropped_root() / "dropped.lock"):
            shutil.rmtree(folder.parent, ignore_errors=True)


def safe_file_name(name: str) -> str:
    """`name` as one visible file that every disk takes, its ending kept."""
    shown = (
        readable_name(sent_name(name.replace("\\", "/").rpartition("/")[2])).replace("\\", "_").lstrip(".") or "sound"
    )
    ending = PurePosixPath(shown).suffix[:10]
    stem = shown.removesuffix(ending)
    while len(stem.encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return stem + ending


def _folder_name(paths: Sequence[str | Path]) -> str:
    """What the set is called: as the zip or the single file, or by how many files there are."""
    if len(paths) > 1:
        return f"{len(paths)} dropped files"
    name = safe_file_name(Path(paths[0]).name)
    return PurePosixPath(name).stem


def _file_names(paths: Sequence[str | Path]) -> list[str]:
    """A safe name for each, all different."""
    taken: dict[str, None] = {}
    for path in paths:
        name = safe_file_name(Path(path).name)
        parts, number = PurePosixPath(name), 2
        while name in taken:
            name, number = f"{parts.stem} ({number}){parts.suffix}", number + 1
        taken[name] = None
    return list(taken)


def _hash_of(names: Sequence[str], contents: Sequence[str], whole: str) -> str:
    total = hashlib.blake2b(digest_size=HASH_BYTES)
    for name, content in sorted(zip(names, contents, strict=True)):
        total.update(f"{name}\0{content}\0".encode())
    total.update(whole.encode())
    return total.hexdigest()


def _copy(paths: Sequence[str | Path], names: Sequence[str], folder: Path, progress: Progress) -> None:
    try:
        for number, (path, name) in enumerate(zip(paths, names, strict=True)):
            if number % 50 == 0:
                progress(number / len(paths), f"Keeping the files: {number:,} of {len(paths):,}.")
            source = opened(os.fspath(path), follow_links=False)
            with open(source, "rb") as incoming, open(folder / name, "xb") as kept:
                shutil.copyfileobj(incoming, kept, CHUNK_BYTES)
    except NotRead as reason:
        raise UserError(f"What was dropped cannot be used: {reason}.") from None
    except OSError as error:
        raise UserError(f"What was dropped could not be kept in {folder.parent.parent}: {error.strerror}.") from None


def _make_room(kept: Path, in_use: Collection[str], quota_bytes: int) -> None:
    """Removes what was used longest ago until all is within the quota. Raises UserError where `kept` cannot stay."""
    used = {Path(reference).parent for reference in in_use} | {kept}
    folders = [path for path in kept.parent.iterdir() if path.is_dir()]  # and what a killed process left half-made
    sizes = {path: bytes_in(path) for path in folders}
    if sum(size for path, size in sizes.items() if path in used) > quota_bytes:
        raise UserError(
            f"What was dropped takes {sizes[kept] / 1e6:,.0f} MB, more than there is room for beside the sounds of "
            f"other runs ({quota_bytes / 1e6:,.0f} MB in all); name a folder on this machine instead."
        )
    total = sum(sizes.values())
    for path in sorted(sizes.keys() - used, key=lambda path: path.stat().st_mtime):
        if total > quota_bytes:
            shutil.rmtree(path, ignore_errors=True)
            total -= sizes[path]
