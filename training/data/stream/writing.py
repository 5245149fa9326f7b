"""Shards made of a folder of sounds: the files as they are, what is known of them as json beside each."""

import contextlib
import io
import json
import os
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from training.data.archives import extracted_zip
from training.data.dataset import Progress
from training.data.files import content_hash, opened
from training.data.folder import folder_sounds
from training.data.labels import FILE_FACET, GROUP_COLUMNS
from training.data.names import readable_name
from training.data.public import is_public, public_folder
from training.data.sniff import NotRead
from training.data.sources import Rules, Source
from training.errors import UserError

LONGEST_STEM = 120


def write_shards(reference: str, out: str, per_shard: int, progress: Progress) -> list[Path]:
    """Write the sounds of a folder, a zip or a fetched public set as `out`-000000.tar and so on; returns these files.

    In one random order, the same each time, so that every shard is a fair sample of all. Raises UserError where there is no
    sound, and where shards lie there already or can't be written.
    """
    if per_shard < 1:
        raise UserError(f"There must be at least 1 sound in a shard, but {per_shard} was given.")
    seen = folder_sounds(_folder_of(reference, progress), Rules(), progress)
    order = np.random.default_rng(0).permutation(len(seen.sources))
    count = -(-len(order) // per_shard)
    paths = [Path(f"{out}-{number:06d}.tar") for number in range(count)]
    there = next(filter(os.path.lexists, paths), None)
    if there is not None:
        raise UserError(f"There is a file {there} already; choose another name.")
    part, made = paths[0].with_name(f".{paths[0].name}.{os.getpid()}"), list[Path]()
    try:
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        for path, some in zip(paths, np.array_split(order, count), strict=True):
            with open(part, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
                for number in some:
                    _add(archive, f"{number:08d}", seen.sources[number], seen.group)
            part.replace(path)  # so that a process that is killed leaves no half of one under its name
            made.append(path)
            progress(len(made) / count, f"Writing shards: {len(made):,} of {count:,}")
    except BaseException as error:
        for path in (part, *made):
            with contextlib.suppress(OSError):
                path.unlink()
        if isinstance(error, OSError | NotRead):
            reason = getattr(error, "strerror", None) or error
            raise UserError(f"The shards could not be written: {reason}.") from None
        raise
    return paths


def _folder_of(reference: str, progress: Progress) -> Path:
    """Where the sound files lie."""
    path = os.path.expanduser(reference)
    if is_public(reference):
        return public_folder(reference)
    if os.path.isdir(path):
        return Path(path)
    shown = readable_name(reference, 200)
    try:
        content = content_hash(path, follow_links=True)
    except NotRead as reason:
        raise UserError(f"{shown} cannot be used: {reason}; a folder or zip of sounds was expected.") from None
    return extracted_zip(path, content, progress)


def _add(archive: tarfile.TarFile, number: str, source: Source, group: str) -> None:
    """A sound and what is known of it. Stems are numbered, so that no two are the same."""
    name = PurePosixPath(source.name)
    stem = f"{number}-{readable_name(name.stem.replace('.', '_'))[:LONGEST_STEM]}"
    labels = {facet: label for facet, label in source.labels.items() if label is not None and facet != FILE_FACET}
    if group != FILE_FACET and group.lower() not in GROUP_COLUMNS:  # which only a known layout tells
        labels = {"group": str(source.labels[group]), **labels}
    known = {**labels, **({} if source.caption is None else {"caption": source.caption})}
    with open(opened(source.path, follow_links=True), "rb") as file:
        _append(archive, f"{stem}{name.suffix or '.sound'}", file, os.fstat(file.fileno()).st_size)
    content = json.dumps(known, ensure_ascii=False).encode()
    _append(archive, f"{stem}.json", io.BytesIO(content), len(content))


def _append(archive: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)  # with nobody's name and no date: the same sounds give the same shard
    entry.size = size
    archive.addfile(entry, file)
