"""A pack: a data set as one file, to be taken to another machine. Its clips, labels and captions, and their mel power.

It is a safetensors file of these tensors, of n clips in K facets, S samples, T frames and F mel bands:

    lengths (n,) int64, offsets (n,) float64, codes (K, n) int32, samples (S,) int16, mel (T, F) float16,
    ids, files, captions, labels.0 … labels.K-1: uint8, UTF-8 lines

Opening one needs none of the packages that decode sounds. What a pack says is believed as little as an upload: each
number and text is checked, and where this machine has made clips of the same fingerprint, the pack's must equal them.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from training import durable
from training.data import cache
from training.data.clip_writer import ClipWriter
from training.data.dataset import Dataset, Facet, Progress
from training.data.dropped import is_dropped
from training.data.mel_cache import has_mel, keep_mel, mel_path
from training.data.names import readable_name
from training.data.packed import MARK, SCHEMA, Packed, front_end_key, hash_of
from training.data.progress import part_of, quiet
from training.data.sniff import NotRead
from training.data.store import mel_store
from training.data.tensor_file import TensorFile, tensor_content, tensor_file
from training.errors import UserError
from training.spectrogram import FrontEnd
from training.units import counted

LONGEST_SHOWN_PATH = 200
CHECKING = 0.3
"""Its part of the progress; the rest is copying."""


def write_pack(dataset: Dataset, path: str | Path, progress: Progress = quiet) -> int:
    """Writes `dataset` to the file at `path`, durably; returns its size in bytes.

    Pictures beside sounds stay behind. Raises UserError where the file can't be written or another file lies there.
    """
    target = Path(path)
    check_target(target)
    tensors = _tensors(dataset, progress)
    metadata = {
        MARK: str(SCHEMA),
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "group": dataset.group,
        "facets": json.dumps(list(dataset.facets)),
        "front_end": front_end_key(),
    }
    total = hash_of(metadata)
    for part in tensor_content(tensors):
        total.update(part)
    try:
        durable.write_parts(target, tensor_file(tensors, metadata | {"sha256": total.hexdigest()}))
        return target.stat().st_size
    except OSError as error:
        raise UserError(f"The pack {_shown(target)} can't be written: {error.strerror}.") from error


def check_target(path: str | Path) -> None:
    """Raises UserError where a pack can't be written to `path`, or another file would be written over."""
    target = Path(path)
    if not os.path.isdir(target.parent):
        raise UserError(f"The pack {_shown(target)} can't be written: there is no folder {_shown(target.parent)}.")
    if os.path.lexists(target) and not is_pack(target):
        raise UserError(f"{_shown(target)} is there already and is no pack; choose another name, or remove it.")


def is_pack(path: str | Path) -> bool:
    """Whether the file at `path` says that it is a pack, of whatever schema; never waits, never raises."""
    try:
        with TensorFile(path) as file:
            return MARK in file.metadata
    except (NotRead, OSError):
        return False


def open_pack(path: str | Path, progress: Progress = quiet) -> Dataset:
    """The clips of the pack at `path`; they and their mel power are then in the cache under its fingerprint.

    Raises UserError with one sentence where it is no pack, is damaged, or its clips are not those of its fingerprint.
    """
    if is_dropped(path):
        raise UserError(
            "What was dropped is a pack, which is not taken from visitors; name the path of one on this machine."
        )
    try:
        with TensorFile(path) as file:
            pack = Packed(file)
            pack.check(part_of(progress, 0.0, CHECKING))
            return _cached(pack, part_of(progress, CHECKING, 1.0))
    except NotRead as reason:
        raise UserError(f"The file {_shown(path)} cannot be used as a pack: {reason}.") from None
    except OSError as error:
        raise UserError(f"The file {_shown(path)} cannot be read: {error.strerror}.") from error


def _cached(pack: Packed, progress: Progress) -> Dataset:
    """The pack's clips as the cache holds them, from now on if not before. Raises NotRead where it holds others."""
    dataset = cache.made_once(pack.fingerprint, lambda telling: _made(pack, telling), progress, claims=True)
    other = next(_differences(dataset, pack), None)
    if other is not None:
        raise NotRead(f"its {other} are not those that this machine has of the same sounds")
    path, shape = mel_path(pack.fingerprint, FrontEnd()), (int(pack.frames.sum()), FrontEnd().mels)
    if pack.has_mel and not has_mel(path, shape):
        keep_mel(path, shape, pack.mel())
    captions = {"caption": pack.captions} if any(pack.captions) else {}
    return replace(dataset, name=pack.name, companions=captions, skipped=(), warnings=())


def _made(pack: Packed, progress: Progress) -> Dataset:
    writer = ClipWriter(pack.name, pack.fingerprint, claimed=True)
    clips = len(pack.lengths)
    try:
        for clip, (id, file, caption) in enumerate(zip(pack.ids, pack.files, pack.captions, strict=True)):
            if clip % 500 == 0:
                progress(clip / clips, f"Taking the clips out of the pack: {clip:,} of {clips:,}.")
            writer.add(
                pack.clip(clip),
                id=id,
                labels={name: facet.label(clip) for name, facet in pack.facets.items()},
                file=file,
                offset_seconds=float(pack.offsets[clip]),
                companions={} if caption is None else {"caption": caption},
            )
        progress(1.0, f"{counted(clips, 'clip')} ready.")
        return writer.finish(pack.group)
    finally:
        writer.abandon()


def _differences(dataset: Dataset, pack: Packed) -> Iterator[str]:
    """What of the pack's is not as in `dataset`, in words."""
    if not np.array_equal(dataset.lengths, pack.lengths):
        yield "lengths"
        return
    if dataset.ids != pack.ids:
        yield "ids"
    if dataset.group != pack.group or _labels(dataset.facets) != _labels(pack.facets):
        yield "labels"
    if dataset.files != pack.files or not np.array_equal(dataset.offsets_seconds, pack.offsets):
        yield "files"
    if _captions(dataset) != pack.captions:
        yield "captions"
    begin = 0
    for part in pack.samples():
        if not np.array_equal(dataset.samples[begin : begin + len(part)], part):
            yield "samples"
            return
        begin += len(part)


def _tensors(dataset: Dataset, progress: Progress) -> dict[str, np.ndarray]:
    """All that a pack holds, by name."""
    mel = mel_store(dataset, FrontEnd(), torch.device("cpu"), progress).rows.numpy()
    return {
        "lengths": np.asarray(dataset.lengths, np.int64),
        "offsets": np.asarray(dataset.offsets_seconds, np.float64),
        "codes": np.stack([facet.codes for facet in dataset.facets.values()]).astype(np.int32),
        "samples": dataset.samples,
        "mel": mel,
        "ids": _lines(dataset.ids),
        "files": _lines(dataset.files),
        "captions": _lines(caption or "" for caption in _captions(dataset)),
        **{f"labels.{number}": _lines(facet.names) for number, facet in enumerate(dataset.facets.values())},
    }


def _lines(texts: Iterable[str]) -> np.ndarray:
    """uint8: every text with a line's end behind it."""
    return np.frombuffer("".join(f"{readable_name(text)}\n" for text in texts).encode(), np.uint8)


def _captions(dataset: Dataset) -> tuple[str | None, ...]:
    return tuple(caption or None for caption in dataset.companions.get("caption", (None,) * len(dataset)))


def _labels(facets: Mapping[str, Facet]) -> list[tuple[str, tuple[str, ...], list[int]]]:
    return [(name, facet.names, facet.codes.tolist()) for name, facet in facets.items()]


def _shown(path: Path | str) -> str:
    return readable_name(str(path), LONGEST_SHOWN_PATH)
