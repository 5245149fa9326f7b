"""A playlist (m3u, m3u8) that is named as the data: the files that it lists, wherever they lie.

It is read only where the user of this machine names it. One that lies in a folder, in a zip or among what was dropped is never
followed: its lines are paths of this machine, which no visitor may name; and the files that a visitor's own playlist lists
aren't sent with it.
"""

import os
import posixpath
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from training.data.dataset import Skipped
from training.data.files import File, file_at
from training.data.names import readable_name
from training.data.sniff import NotRead
from training.data.tables import content_of, text_of

ENDINGS = (".m3u", ".m3u8")
MOST_LINES = 1_000_000


def is_playlist(path: Path) -> bool:
    """Whether the file is called as a playlist: one without a header can't be told from other texts."""
    return path.suffix.lower() in ENDINGS


def listed_files(path: Path) -> tuple[list[File], list[Skipped]]:
    """The files of the playlist at `path`, each once, by their names below the folder that they share; and what isn't there.

    Raises NotRead where the playlist can't be read.
    """
    lines = [line.strip() for line in text_of(content_of(str(path), follow_links=True))[0].splitlines()]
    entries = [line for line in lines if line and not line.startswith("#")]
    if len(entries) > MOST_LINES:
        raise NotRead(f"it lists more than {MOST_LINES:,} files")
    there: dict[str, File] = {}
    skipped = []
    for entry in dict.fromkeys(entries):
        try:
            place = _place(entry, path.parent)
            there[place] = file_at(place, place)
        except NotRead as reason:
            skipped.append(Skipped(readable_name(entry), str(reason)))
    shared = os.path.commonpath([os.path.dirname(place) for place in there]) if there else ""
    files = [replace(file, name=posixpath.relpath(place, shared)) for place, file in there.items()]
    return sorted(files, key=lambda file: file.name.split("/")), skipped


def _place(entry: str, folder: Path) -> str:
    """The absolute path that a line means. Raises NotRead for an address elsewhere."""
    scheme = entry.partition("://")[0].lower()
    if "://" in entry and scheme.isalpha():
        if scheme != "file":
            raise NotRead("it is an address, and only files are read")
        entry = unquote(urlsplit(entry).path)
    written = os.path.abspath(folder / entry)
    if "\\" in entry and not os.path.exists(written):  # as Windows writes it
        return os.path.abspath(folder / entry.replace("\\", "/"))
    return written
