"""The files of a folder, what each holds, and a memory of it that makes the second look quick.

<cache>/hashes/<hash of the folder's path>.json    size and times of each file → content hash, or why it is no sound
"""

import contextlib
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from training import durable
from training.data import cache
from training.data.dataset import Progress, Skipped
from training.data.names import readable_name
from training.data.sniff import HEAD_BYTES, NotRead, sound_format

SCHEMA = 1
RACY_NANOSECONDS = 2_000_000_000
"""A file changed this shortly before the look may change again without its times telling."""
HASH_BYTES = 16
CHUNK_BYTES = 1 << 20


def bytes_in(folder: Path) -> int:
    """Of all files below a folder; what vanishes meanwhile counts nothing, and a link only itself."""
    total = 0
    for below, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(below, name)).st_size
    return total


@dataclass(frozen=True)
class File:
    """One regular file below a folder."""

    name: str
    """Relative to the folder, with slashes; as the file system has it, so not yet fit to be shown."""
    path: str
    size: int
    times: tuple[int, int]
    """Changed content, changed entry: ns."""


@dataclass(frozen=True)
class Content:
    """What a file holds."""

    hash: str
    """Empty where it is no sound."""
    reason: str
    """Why it is no sound; empty where it is."""


def files_below(root: Path) -> tuple[list[File], list[Skipped]]:
    """Every regular file below `root`, in the order of names, and what could not be looked at.

    Hidden files are passed over. Links to files are followed, links to folders are not: they may lead in circles.
    """
    found: list[File] = []
    skipped: list[Skipped] = []

    def refuse(error: OSError) -> None:
        skipped.append(Skipped(_shown(Path(error.filename), root), f"it cannot be opened: {error.strerror}"))

    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        links = [path for path in (Path(folder, name) for name in folders) if os.path.islink(path)]
        skipped += [Skipped(_shown(path, root), "it is a link to a folder") for path in links]
        above = "" if (below := Path(folder).relative_to(root).as_posix()) == "." else f"{below}/"
        for name in (name for name in names if not _is_hidden(name)):
            try:
                found.append(file_at(os.path.join(folder, name), above + name))
            except NotRead as reason:
                skipped.append(Skipped(readable_name(above + name), str(reason)))
    return sorted(found, key=lambda file: file.name.split("/")), skipped


def file_at(path: str | Path, name: str, follow_links: bool = True) -> File:
    """The regular file at `path`. Raises NotRead with the reason where there is none."""
    try:
        about = os.stat(path, follow_symlinks=follow_links)
    except (OSError, ValueError) as error:
        raise NotRead(f"it cannot be opened: {getattr(error, 'strerror', None) or 'its name holds a NUL'}") from None
    check_regular(about)
    return File(name, str(path), about.st_size, (about.st_mtime_ns, about.st_ctime_ns))


def opened(path: str, follow_links: bool) -> int:
    """A descriptor of the regular file at `path`; never waits, as opening a pipe would. Raises NotRead."""
    file_at(path, path, follow_links)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow_links else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise NotRead(f"it cannot be opened: {error.strerror}") from None
    try:
        check_regular(os.fstat(descriptor))  # it may have changed between the two looks
    except NotRead:
        os.close(descriptor)
        raise
    return descriptor


def check_regular(about: os.stat_result) -> None:
    """Raises NotRead unless `about` is that of a regular file."""
    if stat.S_ISREG(about.st_mode):
        return
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a link"}
    raise NotRead(f"it is {kinds.get(stat.S_IFMT(about.st_mode), 'a pipe or device')}, not a file")


def content_hash(path: str, follow_links: bool) -> str:
    """Of a file's bytes, for a zip as for a sound. Raises NotRead."""
    descriptor = opened(path, follow_links)
    try:
        return _hash(iter(lambda: os.read(descriptor, CHUNK_BYTES), b""))
    finally:
        os.close(descriptor)


def contents(files: list[File], progress: Progress, *, follow_links: bool, memory: Path | None = None) -> list[Content]:
    """What each of `files` holds. `memory`: a folder whose unchanged files are not read again."""
    begin_nanoseconds = time.time_ns()
    known = {} if memory is None else _remembered(memory)
    keys = [_key(file) for file in files]
    found = []
    for number, (file, key) in enumerate(zip(files, keys, strict=True)):
        content = known.get(key)
        if content is None:
            if number % 50 == 0:
                progress(number / len(files), f"Looking at the files: {number:,} of {len(files):,}.")
            content = _content(file.path, follow_links)
        found.append(content)
    if memory is not None:
        settled = begin_nanoseconds - RACY_NANOSECONDS
        triples = zip(files, keys, found, strict=True)
        kept = {key: content for file, key, content in triples if max(file.times) < settled}
        if kept != known:
            _remember(memory, kept)
    return found


def _content(path: str, follow_links: bool) -> Content:
    try:
        descriptor = opened(path, follow_links)
    except NotRead as reason:
        return Content("", str(reason))
    try:
        head = os.read(descriptor, HEAD_BYTES)
        sound_format(head)
        return Content(_hash(_chunks(head, descriptor)), "")
    except NotRead as reason:
        return Content("", str(reason))
    except OSError as error:
        return Content("", f"it cannot be read: {error.strerror}")
    finally:
        os.close(descriptor)


def _chunks(head: bytes, descriptor: int) -> Iterator[bytes]:
    yield head
    while chunk := os.read(descriptor, CHUNK_BYTES):
        yield chunk


def _hash(chunks: Iterable[bytes]) -> str:
    total = hashlib.blake2b(digest_size=HASH_BYTES)
    for chunk in chunks:
        total.update(chunk)
    return total.hexdigest()


def _key(file: File) -> str:
    return json.dumps([file.name, file.size, *file.times])


def memory_name(folder: Path) -> str:
    """What a file is called in which something of a folder's files is remembered."""
    return f"{hashlib.blake2b(os.fsencode(os.path.realpath(folder)), digest_size=HASH_BYTES).hexdigest()}.json"


def _memory_file(folder: Path) -> Path:
    return cache.cache_root() / "hashes" / memory_name(folder)


def _remembered(folder: Path) -> dict[str, Content]:
    try:
        about = json.loads(_memory_file(folder).read_bytes())
        return {key: Content(*entry) for key, entry in about["files"].items()} if about["schema"] == SCHEMA else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _remember(folder: Path, known: Mapping[str, Content]) -> None:
    """Best effort: where it fails, the next look is slower and nothing else."""
    target = _memory_file(folder)
    about = {"schema": SCHEMA, "files": {key: [c.hash, c.reason] for key, c in known.items()}}
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        durable.write_bytes(target, json.dumps(about).encode())


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _shown(path: Path, root: Path) -> str:
    return readable_name(path.relative_to(root).as_posix())
