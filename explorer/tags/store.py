"""The tags of this machine's user, kept in the append-only file that training/data/tags.py describes.

Several pages and servers may write at once: each change is one line, written under a lock of the file, and what the others
appended is read before the next answer. Nothing is ever rewritten, so undoing is a line too.
"""

import fcntl
import os
import secrets
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from training.data.tags import (
    MOST_BYTES,
    Clips,
    Kind,
    TagRow,
    checked_tag,
    rows_of,
    tags_and_noes,
    tags_file,
    tags_folder,
)
from training.durable import append_line
from training.errors import UserError
from training.run.reading import regular

MOST_TAGS = 200
MOST_CLIPS = 20_000
"""In one change."""


class TagStore:
    """Which clips carry which tags, and which have a no for one. `version` is another one after every change, whoever made it."""

    def __init__(self, folder: Path | None = None):
        """`folder`: where the file lies, the user's own where it is None. It need not exist."""
        self.path = tags_file(tags_folder() if folder is None else folder)
        self._lock = threading.Lock()
        self._rows: list[TagRow] = []
        self._read = (0, 0)
        """The file's number and how many of its bytes were read."""
        self._tags: Clips = {}
        self._noes: Clips = {}

    @property
    def version(self) -> str:
        """What changes whenever the tags do."""
        try:
            about = self.path.stat()
        except OSError:
            return ""
        return f"{about.st_ino}-{about.st_size}"

    def tags(self) -> Mapping[str, tuple[str, ...]]:
        """Tag → ids of the clips that carry it. Not to be changed."""
        return self.tags_and_noes()[0]

    def tags_and_noes(self) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
        """Tag → ids of the clips that carry it, and of those with a no for it. Not to be changed."""
        with self._lock:
            try:
                descriptor = regular(self.path)
            except OSError:
                self._forget()
                return self._tags, self._noes
            try:
                self._take_news(descriptor)
            finally:
                os.close(descriptor)
            return self._tags, self._noes

    def add(self, tag: str, clips: Iterable[str]) -> str:
        """Have these clips carry a tag. Returns the word by which `undo` takes it back. Raises UserError."""
        return self._change(tag, clips, "add")

    def deny(self, tag: str, clips: Iterable[str]) -> str:
        """Keep of these clips that they do not carry a tag that others carry, and take it off where they do; as `add`."""
        return self._change(tag, clips, "not")

    def remove(self, tag: str, clips: Iterable[str]) -> str:
        """Have these clips carry it no longer, nor have a no for it; as `add`."""
        return self._change(tag, clips, "remove")

    def rename(self, tag: str, to: str) -> str:
        """Have whatever carries `tag`, also clips of other data, carry `to` instead, and noes go along; as `add`."""
        row = TagRow(secrets.token_hex(8), checked_tag(to), renames=tag)
        if row.tag == tag:
            raise UserError(f"The tag is called {tag} already; another name was expected.")
        with self._lock, _Locked(self.path) as file:
            self._take_news(file)
            if tag not in self._tags:
                raise UserError(f"No clip carries the tag {tag} any more.")
            self._append(file, row)
        return row.word

    def undo(self, word: str) -> None:
        """Take back the change of that word. Raises UserError where there is none, or it was taken back already."""
        with self._lock, _Locked(self.path) as file:
            self._take_news(file)
            if not any(row.word == word and not row.undoes for row in self._rows):
                raise UserError("There is no such change of tags to be taken back.")
            if any(row.undoes == word for row in self._rows):
                raise UserError("This change of tags was taken back already.")
            self._append(file, TagRow(secrets.token_hex(8), undoes=word))

    def _change(self, tag: str, clips: Iterable[str], kind: Kind) -> str:
        row = TagRow(secrets.token_hex(8), checked_tag(tag), tuple(dict.fromkeys(clips)), kind)
        if not 0 < len(row.clips) <= MOST_CLIPS:
            raise UserError(f"{len(row.clips):,} clips were to be tagged; 1 to {MOST_CLIPS:,} at once were expected.")
        with self._lock, _Locked(self.path) as file:
            self._take_news(file)
            if kind == "not" and row.tag not in self._tags:
                raise UserError(f"No clip carries the tag {row.tag} any more.")
            if kind == "add" and row.tag not in self._tags and len(self._tags) >= MOST_TAGS:
                raise UserError(f"There are {MOST_TAGS} tags already, and more are not kept; use one of them.")
            self._append(file, row)
        return row.word

    def _append(self, file: int, row: TagRow) -> None:
        line = row.line()
        if os.fstat(file).st_size + len(line) >= MOST_BYTES:
            raise UserError(f"The file of tags {self.path} has {MOST_BYTES >> 20} MB, and more is not kept.")
        try:
            append_line(file, line)
        except OSError as error:
            raise UserError(f"The tag could not be kept: {error.strerror}.") from None
        self._take_news(file)

    def _take_news(self, file: int) -> None:
        """Read what was appended since; all of it where it is another file, or one that was cut."""
        about = os.fstat(file)
        known, begin = self._read
        if known != about.st_ino or about.st_size < begin:
            self._forget()
            begin = 0
        content = os.pread(file, min(about.st_size, MOST_BYTES) - begin, begin)
        whole = content.rfind(b"\n") + 1  # the rest is being written, or torn
        self._read = (about.st_ino, begin + whole)
        if whole:
            self._rows += rows_of(content[:whole])
            self._tags, self._noes = tags_and_noes(self._rows)

    def _forget(self) -> None:
        self._rows, self._read, self._tags, self._noes = [], (0, 0), {}, {}


class _Locked:
    """The file, opened to be appended to, for this process alone. Raises UserError where it can't be."""

    def __init__(self, path: Path):
        self._path = path

    def __enter__(self) -> int:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = regular(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        except OSError as error:
            raise UserError(f"Tags cannot be kept in {self._path.parent}: {error.strerror}.") from None
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self._file

    def __exit__(self, *_: object) -> None:
        os.close(self._file)  # which lets go of the lock too
