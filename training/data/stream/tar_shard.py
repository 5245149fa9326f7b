"""A tar file of sounds and what lies beside them, as WebDataset keeps them, read in order and in bounded memory.

Files of one stem that follow each other are one record: `a/utt7.flac`, `a/utt7.json` with an object of labels, `a/utt7.txt`
with a caption, `a/utt7.cls` with a class. Which of them is the sound, its first bytes tell. Python's tarfile reads them,
and not the package webdataset: that one reads any file whole, however large, has addresses opened by a shell's curl and
"pipe:" by a shell, and doesn't say where it stands, which a resume needs.

Format:  https://github.com/webdataset/webdataset, "The WebDataset Format"
"""

import hashlib
import io
import lzma
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from training.data.dataset import Skipped
from training.data.files import HASH_BYTES, opened
from training.data.labels import LONGEST_LABEL
from training.data.names import readable_caption, readable_name
from training.data.sniff import HEAD_BYTES, SOUND_EXTENSIONS, NotRead, sound_format
from training.data.stream.records import LARGEST_SOUND_BYTES, Record, Wanted, labels_in_json
from training.data.stream.references import is_address
from training.units import counted

ReadError = tarfile.ReadError
BROKEN_HEADERS = (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError)  # type: ignore[attr-defined]
STEM = re.compile(r"((?:.*/)?[^./][^./]*)\.([^/]*)", re.DOTALL)
"""A record's name and the ending that tells what a file is of it: of "a/b.c.wav" these are "a/b" and "c.wav"."""
LARGEST_LABELS_BYTES = 64 * 2**10
LARGEST_HEADER_BYTES = 64 * 2**10
"""Of a long name and the like, which tarfile reads into memory before anybody sees it."""
LARGEST_RATIO = 200
"""Of what it unpacks to, to what was read; sound seldom reaches 10."""
RATIO_COUNTS_FROM_BYTES = 16 * 2**20
IDENTIFYING_BYTES = 64 * 2**10
LONGEST_NAME = 200


@dataclass(frozen=True)
class TarShard:
    """A tar, compressed or not, at a path of this machine or an address of the web."""

    place: str

    @property
    def name(self) -> str:
        """The last part of its place."""
        return readable_name(self.place.rpartition("/")[2], LONGEST_NAME)

    def identity(self) -> str:
        """Its size and a hash of how it begins. Raises NotRead."""
        begin, size = self._begin()
        return f"{size}-{hashlib.blake2b(begin, digest_size=HASH_BYTES).hexdigest()}"

    def records(self, wanted: Wanted) -> Iterator[tuple[int, Record | Skipped]]:
        """See `Shard.records`."""
        with self._opened() as file:
            yield from records(_Counted(file), wanted)

    def _opened(self) -> io.BufferedIOBase | io.RawIOBase:
        if is_address(self.place):
            # The libraries of the web take a reader of files long to import.
            from training.data.stream.web import WebFile

            return WebFile(self.place)
        return open(opened(self.place, follow_links=True), "rb")

    def _begin(self) -> tuple[bytes, int]:
        """The first bytes and the size of all; -1 where that is not told."""
        if is_address(self.place):
            from training.data.stream.web import first_bytes

            return first_bytes(self.place, IDENTIFYING_BYTES)
        with self._opened() as file:
            return file.read(IDENTIFYING_BYTES) or b"", os.fstat(file.fileno()).st_size


def records(file: "_Counted", wanted: Wanted) -> Iterator[tuple[int, Record | Skipped]]:
    """The wanted records of an opened tar, by their number in it. Raises NotRead where it can't be read on."""
    number, found = -1, _Found("")
    try:
        with tarfile.open(fileobj=file, mode="r|*", tarinfo=_Entry) as archive:  # type: ignore[call-overload]  # any reader
            while (entry := archive.next()) is not None:
                archive.members = []  # which otherwise holds every entry it has passed
                if archive.offset > max(RATIO_COUNTS_FROM_BYTES, LARGEST_RATIO * file.count):
                    raise NotRead("it unpacks to far more than sounds would")
                stem = STEM.fullmatch(entry.name)
                if not entry.isreg() or stem is None:
                    continue
                if stem[1] != found.stem or number < 0:
                    if number >= 0 and wanted(number):
                        yield number, found.record()
                    number, found = number + 1, _Found(stem[1])
                if wanted(number):
                    found.take(archive, entry, stem[2].lower())
            if number >= 0 and wanted(number):
                yield number, found.record()
    except (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError, OverflowError, OSError) as error:
        after = f" after {counted(number + 1, 'sound')}" if number >= 0 else ""
        raise NotRead(f"it is damaged{after} ({_first_line(error)})") from None


@dataclass
class _Found:
    """What was read of one record so far."""

    stem: str
    sound: bytes | None = None
    labels: dict[str, str] = field(default_factory=dict)
    caption: str | None = None
    reason: str = "it has no sound beside it"

    def take(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, ending: str) -> None:
        """Read one file of the record, as far as it is of use."""
        kind = ending.rpartition(".")[2]
        if kind in ("json", "txt", "cls"):
            if entry.size > LARGEST_LABELS_BYTES:
                return
            content = _content(archive, entry)
            if kind == "json":
                labels, caption = labels_in_json(content)
                self.labels |= labels
                self.caption = self.caption or caption
            elif kind == "txt":
                self.caption = self.caption or readable_caption(content.decode(errors="replace"))
            else:
                label = readable_name(content.decode(errors="replace").strip(), LONGEST_LABEL)
                self.labels = {"class": label, **self.labels} if label else self.labels
        elif self.sound is None:
            self._take_sound(archive, entry, kind)

    def _take_sound(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, kind: str) -> None:
        file = archive.extractfile(entry)
        assert file is not None  # of a regular file there is one
        head = file.read(HEAD_BYTES)
        try:
            sound_format(head)
            if entry.size > LARGEST_SOUND_BYTES:
                raise NotRead(f"it is larger than {LARGEST_SOUND_BYTES >> 20} MB")
        except NotRead as reason:
            if f".{kind}" in SOUND_EXTENSIONS:
                self.reason = str(reason)
            return
        self.sound = head + file.read()

    def record(self) -> Record | Skipped:
        name = readable_name(self.stem, LONGEST_NAME)
        return Skipped(name, self.reason) if self.sound is None else Record(name, self.sound, self.labels, self.caption)


class _Entry(tarfile.TarInfo):
    """Refuses headers that tarfile alone would take for the end, or read into memory whatever their size."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        """As TarInfo's."""
        try:
            return super().fromtarfile(tarfile)
        except BROKEN_HEADERS as error:
            raise ReadError(str(error)) from None

    def _proc_member(self, archive: tarfile.TarFile) -> Self:
        """As TarInfo's, which goes on from each header that was parsed, in all versions of Python."""
        if self.size < 0 or (not self.isreg() and self.size > LARGEST_HEADER_BYTES):
            raise ReadError("a header of an impossible size")
        return super()._proc_member(archive)  # type: ignore[misc]


class _Counted:
    """A file that counts what was read of it."""

    def __init__(self, file: io.BufferedIOBase | io.RawIOBase) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`."""
        content = self._file.read(size) or b""
        self.count += len(content)
        return content


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    return file.read() if file is not None else b""


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error).strip() or type(error).__name__
    return readable_name(text.splitlines()[0], LONGEST_NAME)
