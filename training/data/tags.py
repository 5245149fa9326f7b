"""Tags that a listener gave to clips: the format of their file, and the facets that they make.

    $XDG_DATA_HOME/hearsight/tags/tags.jsonl    one change a line, only ever appended to

    {"row": WORD, "tag": NAME, "add": [ID, …]}       these clips carry the tag from here on
    {"row": WORD, "tag": NAME, "not": [ID, …]}       these do not: somebody heard them and said no
    {"row": WORD, "tag": NAME, "remove": [ID, …]}    of these neither is said any longer
    {"row": WORD, "tag": NAME, "rename": NAME}       what is said of the second tag here is said of the first instead
    {"row": WORD, "undo": WORD}                      as if that row did not exist

A no is no tag: it lists a clip nowhere. A clip carries a tag, or has a no for it, or neither, whichever was said last; of two
tags that become one by a new name, it carries the one if it carried either.

A clip is named by its id (`Dataset.ids`), which holds its content: tags stay with a sound when its folder is renamed, gains
files or is opened on another day. What is no such row, as a line that a crash tore, is passed over. The page writes the
file (explorer/tags/); here it is only read.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeGuard, get_args

import numpy as np

from training.data.dataset import Dataset, Facet
from training.errors import UserError
from training.own_files import data_root
from training.run.reading import read_bytes

LONGEST_TAG = 60
LONGEST_ID = 200
MOST_BYTES = 64 << 20
"""Of the whole file."""
FACET = "tag:"
"""What a facet made of a tag begins with."""
Kind = Literal["add", "not", "remove"]
"""What a row says of clips, in the word of the file."""
Clips = dict[str, tuple[str, ...]]
"""Tag → ids of clips."""
_WORD = re.compile(r"[0-9a-f]{16}")
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@dataclass(frozen=True)
class TagRow:
    """One line of the file."""

    word: str
    """16 hexadecimal digits of its own."""
    tag: str = ""
    clips: tuple[str, ...] = ()
    kind: Kind = "add"
    renames: str = ""
    """The tag that is called `tag` from here on; then the row has no clips."""
    undoes: str = ""
    """The word of the row that this one takes back; then it has no tag and no clips."""

    def line(self) -> bytes:
        """The row as the file holds it."""
        said: dict[str, object] = {"row": self.word}
        if self.undoes:
            said["undo"] = self.undoes
        elif self.renames:
            said |= {"tag": self.tag, "rename": self.renames}
        else:
            said |= {"tag": self.tag, self.kind: self.clips}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def tags_folder() -> Path:
    """Where the file lies unless told otherwise."""
    return data_root() / "tags"


def tags_file(folder: Path | None = None) -> Path:
    """The file of all tags."""
    return (tags_folder() if folder is None else folder) / "tags.jsonl"


def checked_tag(name: str) -> str:
    """A tag as it is kept: composed characters, single spaces. Raises UserError where it can be none."""
    tag = " ".join(unicodedata.normalize("NFC", name).split())
    if not tag:
        raise UserError("The tag is empty; a word or a few were expected.")
    if len(tag) > LONGEST_TAG:
        raise UserError(f"The tag has {len(tag)} characters; at most {LONGEST_TAG} were expected.")
    if any(unicodedata.category(character) in _INVISIBLE for character in tag):
        raise UserError("The tag holds an invisible character; letters, digits and signs were expected.")
    return tag


def row_of(line: bytes) -> TagRow | None:
    """The row that a line holds; None for anything else."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not _is_word(said.get("row")):
        return None
    if "undo" in said:
        return TagRow(said["row"], undoes=said["undo"]) if _is_word(said["undo"]) else None
    tag = said.get("tag")
    if not _is_tag(tag):
        return None
    if "rename" in said:
        return TagRow(said["row"], tag, renames=said["rename"]) if _is_tag(said["rename"]) else None
    kind: Kind | None = next((kind for kind in get_args(Kind) if kind in said), None)
    clips = None if kind is None else said[kind]
    if kind is None or not isinstance(clips, list) or not all(_is_id(clip) for clip in clips):
        return None
    return TagRow(said["row"], tag, tuple(clips), kind)


def rows_of(content: bytes) -> list[TagRow]:
    """All rows that can be read, in their order."""
    return [row for line in content.split(b"\n") if line and (row := row_of(line)) is not None]


def tags_and_noes(rows: Iterable[TagRow]) -> tuple[Clips, Clips]:
    """The clips that carry each tag, and those with a no for it, in the order in which they got it; a tag that no clip carries
    is none, but noes for it are kept.
    """
    rows = list(rows)
    changes = {row.word for row in rows if not row.undoes}
    undone = {row.undoes for row in rows if row.undoes} & changes
    tags: dict[str, dict[str, None]] = {}
    noes: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.undoes or row.word in undone:
            continue
        yes, no = tags.setdefault(row.tag, {}), noes.setdefault(row.tag, {})
        if row.renames and row.renames != row.tag:
            yes |= tags.pop(row.renames, {})
            no |= noes.pop(row.renames, {})
            for clip in yes.keys() & no.keys():
                del no[clip]
        for clip in row.clips:
            for kind, clips in (("add", yes), ("not", no)):
                if kind == row.kind:
                    clips.setdefault(clip)
                else:
                    clips.pop(clip, None)
    kept = [{tag: tuple(clips) for tag, clips in found.items() if clips} for found in (tags, noes)]
    return kept[0], kept[1]


def read_tags() -> tuple[Clips, Clips]:
    """What `tags_and_noes` gives of the file; nothing where there is none or it can't be read."""
    return tags_and_noes(rows_of(read_bytes(tags_file(), MOST_BYTES) or b""))


def read_tag_names() -> frozenset[str]:
    """What tags are called and once were; nothing where there is no file or it can't be read."""
    rows = rows_of(read_bytes(tags_file(), MOST_BYTES) or b"")
    return frozenset(name for row in rows for name in (row.tag, row.renames) if name)


def with_tag(
    dataset: Dataset, facet: str, tags: Mapping[str, tuple[str, ...]], noes: Mapping[str, tuple[str, ...]]
) -> Dataset:
    """`dataset` with one more facet, `tag:NAME`: "NAME" of the clips that carry the tag, "not NAME" of those with a no for it
    and those that carry other tags alone, or of all others where there is neither here; no label for the rest.

    Somebody who tagged a clip otherwise has heard it, so it is known not to be one; of an untagged clip nothing is known.
    Raises UserError where no clip of the data carries the tag.
    """
    tag = checked_tag(facet.removeprefix(FACET))
    tagged = {name: np.isin(dataset.ids, clips) for name, clips in tags.items()}
    mine = tagged.pop(tag, np.zeros(len(dataset), bool))
    if not mine.any():
        known = ", ".join(name for name, of in tagged.items() if of.any()) or "none yet"
        raise UserError(f"No clip of {dataset.name} carries the tag {tag!r}; the tags of its clips are: {known}.")
    others = np.any([*tagged.values(), np.isin(dataset.ids, noes.get(tag, ()))], axis=0) & ~mine
    codes = np.where(mine, 0, np.where(others if others.any() else ~mine, 1, -1)).astype(np.int32)
    return replace(dataset, facets={**dataset.facets, FACET + tag: Facet((tag, f"not {tag}"), codes)})


def _is_word(value: object) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def _is_tag(value: object) -> TypeGuard[str]:
    try:
        return isinstance(value, str) and checked_tag(value) == value
    except UserError:
        return False


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID
