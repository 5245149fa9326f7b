"""A data set of the Hugging Face hub as a folder of sounds with a table of labels.

Needs the package `datasets`, which is not installed by default. Sounds come as they were stored and are decoded like
any other file; no code of a data set is ever run.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from training.data import cache
from training.data.archives import new_folder
from training.data.dataset import Progress
from training.data.labels import LONGEST_LABEL
from training.data.names import readable_name, write_table
from training.errors import UserError
from training.units import counted

MOST_SOUNDS = 100_000
"""Of a set that has more, the first ones are taken."""
LABEL_KINDS = ("ClassLabel", "string", "large_string", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16")


def fetch_hugging_face(reference: str, progress: Progress) -> Path:
    """The folder of the hub's set "owner/name" or "owner/name:configuration". Raises UserError with one sentence."""
    target = hugging_face_folder(reference)
    with cache.locked(target.with_name(f"{target.name}.lock"), progress):
        if not target.is_dir():
            splits = splits_of(reference)
            with new_folder(target) as folder:
                _write(reference, splits, folder, progress)
    progress(1.0, f"{reference} is here.")
    return target


def hugging_face_folder(reference: str) -> Path:
    """Where the set lies once it was fetched. Raises UserError where `reference` is no set's name."""
    check_name(reference)
    return cache.cache_root() / "public" / ("hf--" + reference.replace("/", "--").replace(":", "---"))


def check_name(reference: str) -> None:
    """Raises UserError where `reference` can't be the name of a set of the hub."""
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*(:[\w-][\w.-]*)?", reference, re.ASCII):
        raise UserError(
            f"{readable_name(reference, 80)!r} is not the name of a Hugging Face set; owner/name was expected."
        )


def splits_of(reference: str) -> Mapping[str, Any]:
    """Split name → rows, not yet downloaded."""
    try:
        import datasets
    except ImportError:
        raise UserError("Hugging Face sets need the package datasets: pip install datasets.") from None
    name, _, configuration = reference.partition(":")
    try:
        found = datasets.load_dataset(name, configuration or None, streaming=True)
    except Exception as error:  # the library raises many kinds; the first line says what was wrong
        raise UserError(f"The Hugging Face set {reference} could not be opened: {first_line(error)}.") from None
    splits = {}
    for split, rows in found.items():
        column = sound_column(rows.features or {})
        if column:
            splits[split] = rows.cast_column(column, datasets.Audio(decode=False))
    if not splits:
        raise UserError(f"The Hugging Face set {reference} has no column of sounds.")
    return splits


def _write(reference: str, splits: Mapping[str, Any], folder: Path, progress: Progress) -> None:
    """One file a row, and labels.csv, whose columns become facets."""
    columns = list(dict.fromkeys(c for rows in splits.values() for c in label_columns(rows.features)))

    def written() -> Iterator[list[str | None]]:
        """The rows of the table, each once its sound is kept."""
        for number, (split, rows, row, content) in enumerate(islice(_rows(reference, splits), MOST_SOUNDS)):
            name = f"{split}/{number:06d}.sound"
            if content is not None:
                (folder / split).mkdir(exist_ok=True)
                (folder / name).write_bytes(content)
                yield [name, *(label_of(rows.features.get(column), row.get(column)) for column in columns)]
            if number % 100 == 0:
                progress(0.0, f"Downloading {reference}: {counted(number, 'sound')} so far.")

    with open(folder / "labels.csv", "w", encoding="utf-8", newline="") as table:
        write_table(table, ["file", *columns], written())


def _rows(reference: str, splits: Mapping[str, Any]) -> Iterator[tuple[str, Any, Mapping[str, Any], bytes | None]]:
    """(split, its rows, one row, the bytes of its sound)."""
    try:
        for split, rows in splits.items():
            safe_split = re.sub(r"[^\w-]", "_", split).lstrip("-")
            for row in rows:
                yield safe_split, rows, row, content_of(row[sound_column(rows.features)])
    except Exception as error:  # the library and what it downloads with raise many kinds
        raise UserError(f"The download of {reference} broke off: {first_line(error)}.") from None


def content_of(sound: Mapping[str, Any] | None, most_bytes: int = -1) -> bytes | None:
    """The stored bytes; those of a set made of single files lie at an address on the hub, from where at most `most_bytes` come."""
    if not sound:
        return None
    if sound.get("bytes") is not None:
        return bytes(sound["bytes"])
    path = str(sound.get("path") or "")
    if not path.startswith(("hf://", "https://")):
        return None  # never a file of this machine
    fsspec = importlib.import_module("fsspec")  # comes with datasets
    with fsspec.open(path, "rb") as file:
        return bytes(file.read(most_bytes))


def sound_column(features: Mapping[str, Any]) -> str:
    """The first column of sounds; empty where there is none."""
    return next((column for column, feature in features.items() if type(feature).__name__ == "Audio"), "")


def label_columns(features: Mapping[str, Any]) -> list[str]:
    """Columns with words or whole numbers, those with named classes first."""
    kinds = {
        column: type(f).__name__ if hasattr(f, "int2str") else getattr(f, "dtype", "") for column, f in features.items()
    }
    found = [column for column, kind in kinds.items() if kind in LABEL_KINDS]
    return sorted(found, key=lambda column: kinds[column] != "ClassLabel")


def label_of(feature: Any, value: Any) -> str | None:
    """What a row says in a column of `label_columns`, in words."""
    if value is None or feature is None:
        return None
    if hasattr(feature, "int2str"):
        return str(feature.int2str(value)) if value >= 0 else None  # -1 stands for "not told"
    return str(value)[:LONGEST_LABEL]


def first_line(error: Exception) -> str:
    """What a library says was wrong, without its advice."""
    text = str(error).strip() or type(error).__name__
    return readable_name(text.splitlines()[0].rstrip("."), 200)
