"""Sounds, from wherever they come, as one Dataset: the built-in set, public sets, folders, zips and files.

open_dataset("starter")            the built-in set, made on first use
open_dataset("esc50")              a public set that was fetched before
open_dataset("/home/me/sounds")    a folder, a zip, a playlist, a sound file or a pack (`data pack` makes one)
open_dataset("shards:/data/x-{000..127}.tar")    the sample of a stream, see training.data.stream
"""

import os
from dataclasses import dataclass, replace
from typing import Any, Literal

from training.data import cache
from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE, Dataset, Facet, Progress, Skipped
from training.data.progress import quiet
from training.data.stream.references import SHARDS, is_stream, places_of, whole_stream

__all__ = [
    "SAMPLE_RATE",
    "Dataset",
    "DatasetRow",
    "Facet",
    "Progress",
    "Skipped",
    "check_there",
    "list_datasets",
    "open_dataset",
    "quiet",
    "summary",
    "whole_reference",
]

STARTER = "starter"


@dataclass(frozen=True)
class DatasetRow:
    """One data set that can be named, and whether it is here."""

    name: str
    title: str
    clips: int | None
    """None until the clips are made."""
    state: Literal["ready", "to be made", "to be downloaded"]
    size: str
    """What a download weighs or the samples take on disk, in words; empty where unknown."""
    licence: str = ""
    """Of a public set, in words."""
    page: str = ""
    """Address of the page of a public set's authors."""


def open_dataset(
    reference: str, *, window_seconds: float = 2.0, progress: Progress = quiet, fingerprint: str | None = None
) -> Dataset:
    """The clips behind `reference`: "starter", the name of a public set, or a path to a folder, zip, playlist, sound file or
    pack; of a stream those of its sample.

    Made on the first call and cached; later calls map the cached samples. `window_seconds` is the longest clip that
    is cut from a file (the built-in set and packs have their own lengths). `fingerprint`: of the run that is trained on them,
    see `training.data.sources.Rules`. Raises UserError with one sentence.
    """
    if reference == STARTER:
        return _starter_dataset(progress)
    if is_stream(reference):
        from training.data.stream.sample import open_sample

        return open_sample(whole_stream(reference), window_seconds, progress)
    from training.data.public import is_public, public_folder, remember_clips
    from training.data.tensor_file import is_tensor_file

    path = os.path.expanduser(reference)
    if not is_public(reference) and is_tensor_file(path):  # before anything is imported that decodes sounds
        from training.data.pack import open_pack

        return open_pack(path, progress)
    from training.data.folder import open_folder, open_path
    from training.data.sources import Rules

    if is_public(reference):
        rules = Rules(window_seconds, fingerprint=fingerprint)
        dataset = open_folder(public_folder(reference), rules, progress, name=reference)
        remember_clips(reference, dataset.fingerprint)
        return dataset
    return open_path(reference, window_seconds=window_seconds, progress=progress, fingerprint=fingerprint)


def check_there(reference: str) -> None:
    """Raises UserError, as opening it would, where a path leads nowhere or a public set was not fetched. Nothing is read."""
    from training.data.folder import check_path
    from training.data.public import is_public, public_folder

    if reference.startswith(SHARDS):
        places_of(reference)
    elif is_public(reference):
        public_folder(reference)
    elif reference != STARTER and not is_stream(reference):
        check_path(reference)


def whole_reference(reference: str, start: str = "") -> str:
    """The same reference from any working folder: a set's name as it is, a path made absolute, from `start` or from here.

    A path may stand in quotes, as file managers copy it.
    """
    from training.data.public import is_public

    name = _unquoted(reference.strip())
    if not name or name == STARTER or is_public(name):
        return name
    if is_stream(name):
        return whole_stream(name, start)
    return os.path.abspath(os.path.join(start, os.path.expanduser(name)))


def _unquoted(name: str) -> str:
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] and name[0] in "'\"" else name


def list_datasets() -> list[DatasetRow]:
    """The data sets that have a name, in the order to show them."""
    from training.data.public import PUBLIC_SETS

    return [_starter_row(), *(_public_row(name) for name in PUBLIC_SETS)]


def summary(dataset: Dataset) -> dict[str, Any]:
    """What is in `dataset`, ready for JSON: clips, labels of each facet with their counts, captions, what was skipped and why."""
    captions = [caption for caption in dataset.companions.get("caption", ()) if caption]
    return {
        "name": dataset.name,
        "clips": len(dataset),
        "seconds": round(float(dataset.lengths.sum()) / SAMPLE_RATE, 2),
        "group": dataset.group,
        "facets": {name: facet.counts() for name, facet in dataset.facets.items()},
        "captions": {"clips": len(captions), "different": len(set(captions))},
        "skipped": [{"file": entry.file, "reason": entry.reason} for entry in dataset.skipped],
        "warnings": [{"file": entry.file, "reason": entry.reason} for entry in dataset.warnings],
        "fingerprint": dataset.fingerprint,
    }


def _starter_dataset(progress: Progress) -> Dataset:
    from training.data import starter

    def make(telling: Progress) -> Dataset:
        writer = ClipWriter(STARTER, starter.fingerprint())
        try:
            starter.make(writer, telling)
            return writer.finish(group="source")
        finally:
            writer.abandon()

    return cache.made_once(starter.fingerprint(), make, progress)


def _starter_row() -> DatasetRow:
    from training.data import starter

    found = cache.load(starter.fingerprint())
    title = "The built-in sounds: instruments, spoken words and the world outside"
    if found is None:
        return DatasetRow(STARTER, title, None, "to be made", "")
    return DatasetRow(STARTER, title, len(found), "ready", f"{found.samples.nbytes / 1e6:.0f} MB")


def _public_row(name: str) -> DatasetRow:
    from training.data.public import PUBLIC_SETS, folder_of, remembered_clips

    known = PUBLIC_SETS[name]
    row = DatasetRow(name, known.title, None, "to be downloaded", known.size, known.licence, known.page)
    if not folder_of(name).is_dir():
        return row
    found = cache.load(remembered_clips(name) or "none")
    if found is None:
        return replace(row, state="to be made")
    return replace(row, clips=len(found), state="ready", size=f"{found.samples.nbytes / 1e6:.0f} MB")
