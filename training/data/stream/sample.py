"""A stream's sample: some thousand clips of it as an ordinary data set, made once and kept in the cache.

<cache>/streams/<hash of the reference>.json    what its shards were when they were last seen
"""

import contextlib
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from training import durable
from training.data import cache
from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE, Dataset, Progress
from training.data.files import HASH_BYTES
from training.data.names import readable_name
from training.data.sources import DECODE_VERSION, NoSound
from training.data.stream.messages import Job
from training.data.stream.order import Piece
from training.data.stream.reader import Reader, read_once
from training.data.stream.references import name_of
from training.data.stream.troubles import Troubles
from training.data.windows import SHORTEST_TAIL, window_samples
from training.errors import UserError
from training.units import counted

SAMPLE_CLIPS = 4_096
"""The most that a sample has: as many from each of a few shards that are evenly spaced over all."""
SAMPLE_VERSION = 1
"""Raised when the same shards would give another sample."""


def open_sample(reference: str, window_seconds: float, progress: Progress) -> Dataset:
    """The sample of a stream, from the cache where these very shards were sampled before. Raises UserError."""
    length = window_samples(window_seconds)
    progress(0.0, f"Looking at the shards of {name_of(reference)}")
    shards, identities = listed(reference)
    most = -(-SAMPLE_CLIPS // len(identities))
    rules = [DECODE_VERSION, SAMPLE_VERSION, length, SHORTEST_TAIL, most, len(shards)]
    names = [shards[int(number)].rpartition("/")[2] for number in identities]
    key = json.dumps([rules, list(zip(names, identities.values(), strict=True))])
    fingerprint = hashlib.blake2b(key.encode(), digest_size=HASH_BYTES).hexdigest()
    job = Job(reference, 0, "", shards, length, clips_a_piece=most)
    pieces = tuple(Piece(int(number)) for number in identities)
    return replace(
        cache.made_once(fingerprint, lambda telling: _made(fingerprint, job, pieces, telling), progress),
        name=f"{name_of(reference)} (stream)",
    )


_seen: dict[str, tuple[str, ...]] = {}


def shards_of(reference: str) -> tuple[str, ...]:
    """All shards of a stream, as this process saw them when it opened the sample. Raises UserError."""
    return _seen[reference] if reference in _seen else listed(reference)[0]


def listed(reference: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """All shards of a stream, and of those that a sample is taken of, by number, what each is.

    One that can't be seen now is taken for what it was when it was last seen. Raises UserError where none can be.
    """
    with Reader(Job(reference, 0, ""), Troubles()) as reader:
        found = reader.listed()
    shards = _seen[reference] = tuple(found["shards"])
    known = _remembered(reference)
    seen = {
        number: known.get(shards[int(number)]) if identity is None else identity
        for number, identity in found["identities"].items()
    }
    there = {number: identity for number, identity in seen.items() if identity is not None}
    if not there:
        said = "The shard {} cannot" if len(shards) == 1 else f"None of the {len(shards):,} shards {{}} can"
        raise UserError(f"{said.format('of ' + name_of(reference))} be read ({found['reasons'][0]}).")
    _remember(reference, {shards[int(number)]: identity for number, identity in there.items()})
    return shards, there


def _made(fingerprint: str, job: Job, pieces: tuple[Piece, ...], progress: Progress) -> Dataset:
    writer = ClipWriter(f"{name_of(job.reference)} (stream)", fingerprint)
    troubles = Troubles()
    most = len(pieces) * job.clips_a_piece
    group = ""
    try:
        for heard in read_once(job, pieces, troubles):
            if writer.count % 50 == 0:
                progress(
                    writer.count / most, f"Reading a sample of the stream: {writer.count:,} clips of at most {most:,}"
                )
            about = heard.about
            group = group or about["group"][0]
            writer.add(
                heard.samples,
                id=f"{about['hash']}-{about['start']}",
                labels={**about["labels"], group: about["labels"].get(group, about["name"])},
                file=_file_of(job, about),
                offset_seconds=about["start"] / SAMPLE_RATE,
                companions={} if about["caption"] is None else {"caption": about["caption"]},
            )
        if not writer.count:
            raise NoSound(f"The stream {name_of(job.reference)}", troubles.count, troubles.skipped)
        progress(1.0, f"{counted(writer.count, 'clip')} ready.")
        return writer.finish(group, troubles.skipped)
    finally:
        writer.abandon()


def _file_of(job: Job, about: dict[str, Any]) -> str:
    """A record's name within all of the stream."""
    return readable_name(f"{job.shards[about['shard']].rpartition('/')[2]}/{about['name']}")


def _memory_file(reference: str) -> Path:
    name = hashlib.blake2b(reference.encode("utf-8", "surrogateescape"), digest_size=HASH_BYTES).hexdigest()
    return cache.cache_root() / "streams" / f"{name}.json"


def _remembered(reference: str) -> dict[str, str]:
    try:
        found = json.loads(_memory_file(reference).read_bytes())
        return {str(name): str(identity) for name, identity in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _remember(reference: str, seen: dict[str, str]) -> None:
    """Best effort: where it fails, a shard that can't be seen later counts as another one, and nothing else."""
    target = _memory_file(reference)
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        durable.write_json(target, seen)
