"""What sound files say of themselves, as labels: genre, artist, album and year (ID3, Vorbis comments, INFO chunks).

Not the tags that a listener gives to clips: training.data.tags.

<cache>/metadata/<hash of the folder's path>.json    hash of each file's content → what it says of itself
"""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from training import durable
from training.data import cache
from training.data.dataset import Progress
from training.data.decode import KEPT_WARM, Decoders, processes_for
from training.data.files import File, memory_name
from training.data.id3_genres import genre_in_words
from training.data.labels import FILE_FACET, Labelling, grouped

SCHEMA = 1
COLUMNS = ("genre", "artist", "album", "year")
"""In the order in which they are offered; a title names one file, and is none."""
GROUP_COLUMN = "artist"
SHARE = 0.5
"""The part of the files that must have a column."""
_YEAR = re.compile(r"(?<!\d)(?:1\d|20)\d\d(?!\d)")

Said = Mapping[str, str]
"""What one file says of itself, as `training.data.decoding.METADATA` calls it."""


def read_metadata(
    sounds: Sequence[tuple[File, str]], progress: Progress, *, follow_links: bool, memory: Path
) -> dict[str, Said]:
    """File name → what it says of itself; read in decoder processes, which decode nothing for it.

    `sounds`: files with their content hashes. `memory`: the folder whose files are not asked again.
    """
    known = _remembered(memory)
    asked = {content: file for file, content in sounds if content not in known}
    found = {content: known[content] for _, content in sounds if content in known}
    if asked:
        with Decoders(min(KEPT_WARM, processes_for(len(asked)))) as decoders:  # those that decode afterwards
            answers = decoders.metadata([file.path for file in asked.values()], follow_links=follow_links)
            for number, (content, said) in enumerate(zip(asked, answers, strict=True)):
                if number % 50 == 0:
                    progress(number / len(asked), f"Reading what the files say: {number:,} of {len(asked):,}.")
                found[content] = said
    if found != known:
        _remember(memory, found)
    return {file.name: found[content] for file, content in sounds}


def with_metadata(known: Labelling, said: Mapping[str, Said]) -> Labelling:
    """`known` with a column for each of COLUMNS that tells something and that it has none of, behind its own, but for those of
    one label alone, such as the only folder.

    The artist is the group where nothing else says which files belong together.
    """
    facets = dict.fromkeys(facet for labels in known.labels.values() for facet in labels)
    named = {facet.lower() for facet in facets}
    columns: dict[str, dict[str, str]] = {}
    for column in COLUMNS:
        values = {name: text for name in known.labels if (text := _text(column, said.get(name, {})))}
        if column not in named and _tells(list(values.values()), len(known.labels)):
            columns[column] = values
    if not columns:
        return known
    kept = [facet for facet in facets if facet != FILE_FACET]
    of_one = {facet for facet in kept if _is_one([own.get(facet) for own in known.labels.values()])}
    files = [facet for facet in facets if facet == FILE_FACET]  # by which a song is still chosen
    order = [*(f for f in kept if f not in of_one), *columns, *(f for f in kept if f in of_one), *files]
    labels = {
        name: {facet: columns[facet].get(name) if facet in columns else own.get(facet) for facet in order}
        for name, own in known.labels.items()
    }
    group = None if known.group == FILE_FACET else known.group
    if group is None and GROUP_COLUMN in columns and _spans_groups(list(labels.values())):
        group = GROUP_COLUMN
    found = grouped(labels, group)
    return replace(known, labels=found.labels, group=found.group)


def _text(column: str, said: Said) -> str:
    if column == "year":
        year = _YEAR.search(said.get("date", ""))
        return year.group() if year else ""
    text = " ".join(said.get(column, "").split())
    return genre_in_words(text) if column == "genre" else text


def _tells(values: Sequence[str], files: int) -> bool:
    """Whether a column of these values says something: many files have one, and files share them without all having the same."""
    return len(values) >= SHARE * files and 1 < len(set(values)) < len(values)


def _is_one(labels: Sequence[str | None]) -> bool:
    """Whether all files have the same label; where none has one, stretches of them may."""
    return labels[0] is not None and len(set(labels)) == 1


def _spans_groups(labels: Sequence[Mapping[str, str | None]]) -> bool:
    """Whether what is measured first can be recognised across artists: half of what has a label in it shares it with another one."""
    main = next((facet for facet in labels[0] if facet != GROUP_COLUMN), GROUP_COLUMN)
    labelled = [(label, own[GROUP_COLUMN]) for own in labels if (label := own[main]) is not None]
    artists = Counter(label for label, _ in set(labelled))
    shared = sum(artists[label] > 1 for label, _ in labelled)
    return bool(labelled) and shared >= SHARE * len(labelled)


def _memory_file(folder: Path) -> Path:
    return cache.cache_root() / "metadata" / memory_name(folder)


def _remembered(folder: Path) -> dict[str, Said]:
    try:
        about = json.loads(_memory_file(folder).read_bytes())
        files = about["files"] if about["schema"] == SCHEMA else {}
        return {content: {str(name): str(text) for name, text in said.items()} for content, said in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _remember(folder: Path, found: Mapping[str, Said]) -> None:
    """Best effort: where it fails, the next look is slower and nothing else."""
    target = _memory_file(folder)
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        durable.write_bytes(target, json.dumps({"schema": SCHEMA, "files": found}).encode())
