"""Archives unpacked so that nothing is written outside their folder and no small file becomes a huge one.

One bad entry refuses the whole archive: who made it did not mean well, or it is broken.
"""

import contextlib
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from training.data import cache
from training.data.dataset import Progress
from training.data.files import CHUNK_BYTES, opened
from training.data.names import readable_name
from training.data.sniff import NotRead
from training.errors import UserError
from training.run.reading import zip_directory_bytes
from training.units import counted

MOST_ZIP_ENTRIES = 50_000
MOST_TAR_ENTRIES = 1_000_000
"""For the public sets alone, whose archives are known."""
LARGEST_RATIO = 200
"""Of unpacked to packed bytes; sound seldom reaches 10, and deflate cannot exceed 1,032."""
RATIO_COUNTS_FROM_BYTES = 1_000_000
LARGEST_DIRECTORY_BYTES = 20_000_000
"""Of a zip's list of entries, which is held in memory."""
DISK_KEPT_FREE = 0.1
MOST_KEPT_FREE_BYTES = 2_000_000_000
"""So much of the disk, and at most so many bytes of it, are left to whatever else needs them."""


class DamagedArchive(UserError):
    """What arrived is no whole archive; fetching it again may help."""


def is_zip(path: str | Path, follow_links: bool) -> bool:
    """Whether the file at `path` begins as a zip does. Raises NotRead where it can't be opened."""
    with open(opened(os.fspath(path), follow_links), "rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def extracted_zip(path: str, content: str, progress: Progress) -> Path:
    """The folder in the cache that holds what the zip at `path` does; `content` is the zip's content hash."""
    target = cache.cache_root() / "zips" / content
    with cache.locked(target.parent / f"{content}.lock", progress):
        if not target.is_dir():
            with new_folder(target) as folder:
                extract_zip(path, folder, progress)
    return target


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` at once when all went well, and otherwise vanishes.

    Who asks for one holds a lock for `target`, so that what lies there half-made was left by a process that died.
    """
    for left in cache.writable(target.parent).glob(f"{target.name}.part-*"):
        shutil.rmtree(left, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=f"{target.name}.part-", dir=target.parent))
    try:
        yield part
        shutil.rmtree(target, ignore_errors=True)
        part.replace(target)
    except OSError as error:
        raise UserError(f"The archive could not be unpacked to {target.parent}: {error.strerror}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def extract_zip(path: str | Path, folder: Path, progress: Progress) -> None:
    """Unpacks the zip at `path` into `folder`. Raises UserError before writing anything where an entry is unsafe."""
    try:
        with open(opened(os.fspath(path), follow_links=True), "rb") as file:
            _check_directory_size(file)
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                _check_zip(entries, os.fstat(file.fileno()).st_size)
                _check_room(sum(entry.file_size for entry in entries), folder)
                for number, entry in enumerate(entries):
                    if number % 100 == 0:
                        progress(number / len(entries), f"Unpacking: {number:,} of {counted(len(entries), 'file')}.")
                    if not entry.is_dir():
                        with archive.open(entry) as source:
                            _write(source, folder, entry.filename)
    except NotRead as reason:
        raise UserError(f"The zip cannot be used: {reason}.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        raise DamagedArchive("The zip cannot be used: it is damaged.") from None


def extract_tar(path: Path, folder: Path, progress: Progress) -> None:
    """Unpacks a tar, compressed or not, into `folder`. Raises UserError at an unsafe or damaged entry."""
    size = max(path.stat().st_size, 1)
    written = 0
    try:
        with open(path, "rb") as file, tarfile.open(fileobj=file, mode="r|*") as archive:
            for number, entry in enumerate(archive):
                if number >= MOST_TAR_ENTRIES:
                    raise NotRead(f"it has more than {MOST_TAR_ENTRIES:,} entries")
                if number % 100 == 0:
                    progress(min(file.tell() / size, 1.0), f"Unpacking: {counted(number, 'file')} so far.")
                    _check_room(CHUNK_BYTES, folder)
                safe_parts(entry.name)
                if entry.isdir():
                    continue
                if not entry.isfile():
                    raise NotRead(f"{readable_name(entry.name, 80)} in it is a link or device")
                written += entry.size
                if written > LARGEST_RATIO * size:
                    raise NotRead("it unpacks to far more than a set of sounds would")
                source = archive.extractfile(entry)
                if source is not None:
                    with source:
                        _write(source, folder, entry.name)
    except NotRead as reason:
        raise UserError(f"The archive cannot be used: {reason}.") from None
    except (tarfile.TarError, zlib.error, EOFError, ValueError):
        raise DamagedArchive("The archive cannot be used: it is damaged.") from None


def safe_parts(name: str) -> list[str]:
    """The folders and the file of an entry's name. Raises NotRead where it leads out of the archive's folder."""
    path = name.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    shown = readable_name(name, 80)
    if path.startswith("/") or (len(path) > 1 and path[1] == ":"):
        raise NotRead(f"{shown} in it is an absolute name")
    if ".." in parts:
        raise NotRead(f"{shown} in it leads out of its folder")
    if "\0" in name or any(len(os.fsencode(part)) > 255 for part in parts):
        raise NotRead(f"{shown} in it is no name that a file can have")
    return parts


def _check_directory_size(file: IO[bytes]) -> None:
    """Before the list of entries is read into memory."""
    directory_bytes = zip_directory_bytes(file)
    if directory_bytes is None:
        raise NotRead("it is damaged")
    if directory_bytes > LARGEST_DIRECTORY_BYTES:
        raise NotRead(f"it has more than {MOST_ZIP_ENTRIES:,} entries")


def _check_zip(entries: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    if len(entries) > MOST_ZIP_ENTRIES:
        raise NotRead(f"it has {len(entries):,} entries; {MOST_ZIP_ENTRIES:,} are the most")
    taken = set()
    for entry in entries:
        shown = readable_name(entry.filename, 80)
        parts = tuple(safe_parts(entry.orig_filename))
        if not parts and not entry.filename.endswith("/"):
            raise NotRead("an entry in it has no name")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise NotRead(f"{shown} in it is a link or device")
        if entry.flag_bits & 1:
            raise NotRead("it has a password; pack it again without one")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotRead(f"{shown} in it is packed in an unusual way; stored and deflated entries are read")
        if _is_bomb(entry.file_size, entry.compress_size) and entry.file_size > 20 * RATIO_COUNTS_FROM_BYTES:
            raise NotRead(f"{shown} in it unpacks to far more than a sound would")
        if parts in taken and not entry.is_dir():
            raise NotRead(f"it holds {shown} twice")
        taken.add(parts)
    if _is_bomb(sum(entry.file_size for entry in entries), packed_bytes):
        raise NotRead("it unpacks to far more than a set of sounds would")


def _is_bomb(unpacked_bytes: int, packed_bytes: int) -> bool:
    return unpacked_bytes > RATIO_COUNTS_FROM_BYTES and unpacked_bytes > LARGEST_RATIO * max(packed_bytes, 1)


def _check_room(needed_bytes: int, folder: Path) -> None:
    disk = shutil.disk_usage(folder)
    kept = min(DISK_KEPT_FREE * disk.total, MOST_KEPT_FREE_BYTES)
    if disk.free - needed_bytes < kept:
        needed, left, spared = (f"{size / 1e6:,.0f} MB" for size in (needed_bytes, disk.free, kept))
        raise NotRead(f"it needs {needed}, and the disk has {left} left, of which {spared} are kept free")


def _write(source: IO[bytes], folder: Path, name: str) -> None:
    """Copies one entry below `folder`, which holds no links."""
    parts = safe_parts(name)
    if not parts:
        raise NotRead("an entry in it has no name")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "xb") as file:
        shutil.copyfileobj(source, file, CHUNK_BYTES)
