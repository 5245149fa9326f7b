"""The sound files of one data set, each with what is known of it, and the clips that they become."""

import hashlib
import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from training.data import cache
from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE, Dataset, Progress, Skipped
from training.data.decode import Decoders, processes_for
from training.data.events import BETWEEN, TOGETHER, Events
from training.data.files import HASH_BYTES, File, opened
from training.data.labels import Labelling
from training.data.names import LONGEST_CAPTION, readable_caption, readable_name
from training.data.sniff import ACCEPTED, NotRead
from training.data.tables import text_of
from training.data.windows import SHORTEST_TAIL, window_samples, windows
from training.errors import UserError
from training.units import counted

DECODE_VERSION = 1
"""Part of every fingerprint; to be raised when the same file would give other samples."""
WORTH_TELLING_SECONDS = 0.05
EVENTS_VERSION = 2
"""Part of the fingerprint of data that has events; to be raised when the same ones would give other labels."""
PICTURE_EXTENSIONS = (".png", ".jpg", ".jpeg")


class NoSound(UserError):
    """Data without a single clip; tells the first reason as an example."""

    def __init__(self, what: str, looked_at: int, skipped: Sequence[Skipped]):
        """`what` was given, in words; of `looked_at` files `skipped` have a reason."""
        self.looked_at, self.skipped = looked_at, tuple(skipped)
        example = f"; {readable_name(skipped[0].file, 80)}: {skipped[0].reason}" if skipped else ""
        said = f"{what} holds no sound that can be used ({counted(looked_at, 'file')} looked at{example})"
        super().__init__(f"{said}." if ACCEPTED in said else f"{said}; {ACCEPTED} are read.")


@dataclass(frozen=True)
class Rules:
    """How files become clips."""

    window_seconds: float = 2.0
    follow_links: bool = True
    max_seconds: float | None = None
    """Longer files are skipped; None takes files of any length, in constant memory."""
    fingerprint: str | None = None
    """Of a run. Where the sounds have it by what earlier versions read of them, they are opened so: a run that was begun then
    goes on as it was."""


@dataclass(frozen=True)
class Source:
    """One sound file and what lies beside it."""

    name: str
    path: str
    hash: str
    """Of its content; with ".2" behind it for the second file of the same content, and so on."""
    labels: Mapping[str, str | None]
    events: Events
    """Labels of stretches of it, which win over its own."""
    caption: str | None
    picture: str | None
    """Path of a picture."""


def sources_of(
    sounds: Sequence[tuple[File, str]], beside: Mapping[str, File], known: Labelling
) -> tuple[list[Source], list[Skipped]]:
    """The sound files, given with their content hashes, and a warning for each whose content was there before."""
    first: dict[str, str] = {}
    times: dict[str, int] = {}
    sources, repeated = [], []
    for file, content in sounds:
        times[content] = times.get(content, 0) + 1
        if times[content] > 1:
            same = readable_name(first[content])
            repeated.append(Skipped(readable_name(file.name), f"it has the same content as {same}"))
        first.setdefault(content, file.name)
        stem = posixpath.splitext(file.name)[0]
        sources.append(
            Source(
                name=file.name,
                path=file.path,
                hash=content if times[content] == 1 else f"{content}.{times[content]}",
                labels=known.labels[file.name],
                events=known.events.get(file.name, Events()),
                caption=readable_caption(known.captions.get(file.name, ""))
                or _caption(None if stem + ".txt" in known.texts else beside.get(stem + ".txt")),
                picture=_picture([beside[stem + e] for e in PICTURE_EXTENSIONS if stem + e in beside]),
            )
        )
    return sources, repeated


def dataset_of(name: str, sources: Sequence[Source], group: str, rules: Rules, progress: Progress) -> Dataset:
    """The clips of `sources`, from the cache where they were made before. Raises UserError where there are none."""
    fingerprint = fingerprint_of(sources, group, rules)

    def make(telling: Progress) -> Dataset:
        return _made(name, fingerprint, sources, group, rules, telling)

    dataset = cache.made_once(fingerprint, make, progress)
    pictures = {readable_name(source.name): source.picture for source in sources}
    companions = {key: values for key, values in dataset.companions.items() if key != "picture"}
    if any(pictures.values()):  # by today's paths: the same clips may have been made from another folder
        companions["picture"] = tuple(pictures.get(file) for file in dataset.files)
    events = {readable_name(source.name): source.events.rows for source in sources if source.events.rows}
    return replace(dataset, name=name, companions=companions, events=events)


def fingerprint_of(sources: Sequence[Source], group: str, rules: Rules) -> str:
    """That of the clips that `dataset_of` makes of them."""
    length = window_samples(rules.window_seconds)
    how: list[object] = [DECODE_VERSION, length, length, SHORTEST_TAIL, rules.max_seconds, group]
    if any(source.events.rows for source in sources):
        how.append(EVENTS_VERSION)
    rows = [
        [source.name, source.hash, source.labels, source.caption, *([source.events.rows] if source.events.rows else [])]
        for source in sources
    ]
    return hashlib.blake2b(json.dumps([how, rows]).encode(), digest_size=HASH_BYTES).hexdigest()


def _made(
    name: str, fingerprint: str, sources: Sequence[Source], group: str, rules: Rules, progress: Progress
) -> Dataset:
    writer = ClipWriter(name, fingerprint)
    skipped: list[Skipped] = []
    warnings: list[Skipped] = []
    several: set[str] = set()
    rates: list[int] = []
    length = window_samples(rules.window_seconds)
    paths = [source.path for source in sources]
    try:
        with Decoders(processes_for(len(sources))) as decoders:
            sounds = decoders.sounds(paths, follow_links=rules.follow_links, max_seconds=rules.max_seconds)
            for number, (source, sound) in enumerate(zip(sources, sounds, strict=True)):
                if number % 20 == 0:
                    progress(
                        number / len(sources), f"Decoding the sounds: {number:,} of {counted(len(sources), 'file')}."
                    )
                before = writer.count
                try:
                    told = _add_clips(writer, source, sound, length, several)
                except NotRead as reason:
                    writer.keep_first(before)
                    skipped.append(Skipped(readable_name(source.name), str(reason)))
                    told = []
                rates.append(sound.rate)
                writer.tell_clipped(before, sound.clipped)
                warnings += [Skipped(readable_name(source.name), note) for note in (*sound.notes, *told)]
        if not writer.count:
            raise NoSound(name, len(sources), skipped)
        progress(1.0, f"{counted(writer.count, 'clip')} ready.")
        alone = {facet for source in sources for *_, facet, _ in source.events.rows} - several
        without = {TOGETHER.format(facet) for facet in alone}
        return writer.finish(group, skipped, warnings, without, highest_rate=max(rates))
    finally:
        writer.abandon()


def _add_clips(
    writer: ClipWriter, source: Source, blocks: Iterable[np.ndarray], length: int, several: set[str]
) -> list[str]:
    """Returns what the user should know of its end and of its events. `several` gains the facets of which one clip has more than one label."""
    end, decoded = 0.0, [0]
    for start, samples in windows(_measured(blocks, decoded), length):
        seconds = start / SAMPLE_RATE
        end = seconds + len(samples) / SAMPLE_RATE
        heard = source.events.labels(seconds, end)
        several.update(facet for facet, labels in heard.items() if len(labels) > 1)
        writer.add(
            samples,
            id=f"{source.hash}-{start}",
            labels={
                **source.labels,
                **{TOGETHER.format(facet): BETWEEN.join(sorted(labels)) for facet, labels in heard.items()},
                **{facet: labels[0] for facet, labels in heard.items()},
            },
            file=readable_name(source.name),
            offset_seconds=seconds,
            companions={} if source.caption is None else {"caption": source.caption},
        )
    file_end = decoded[0] / SAMPLE_RATE
    return _cut_off(end, file_end, length / SAMPLE_RATE) + _late(source.events, end, file_end)


def _cut_off(end: float, file_end: float, window: float) -> list[str]:
    """What the user should know of a sound of one clip that goes on behind it: there nobody hears how it ends."""
    if end > window or file_end - end < WORTH_TELLING_SECONDS:
        return []
    return [
        f"only its first {end:g} s are heard: the last {file_end - end:.2f} s are less than a quarter of the window, which can be longer"
    ]


def _measured(blocks: Iterable[np.ndarray], decoded: list[int]) -> Iterator[np.ndarray]:
    """The same blocks; `decoded[0]` grows by their samples, of which the last may be in no clip."""
    for block in blocks:
        decoded[0] += len(block)
        yield block


def _late(events: Events, end: float, file_end: float) -> list[str]:
    """What the user should know of events that begin behind the last clip, which ends at `end`: in the rest of the file, or
    behind the file's own end, as where their times are of a clock or another file.
    """
    starts = [start for start, *_ in events.rows]
    said = {
        f"begin behind its end, at {file_end:.1f} s": sum(start >= file_end for start in starts),
        f"begin in its last {file_end - end:.1f} s, which are too short for a clip": sum(
            end <= start < file_end for start in starts
        ),
    }
    return [f"{late:,} of its {counted(len(starts), 'label')} {what}" for what, late in said.items() if late]


def _caption(file: File | None) -> str | None:
    if file is None:
        return None
    try:
        with open(opened(file.path, follow_links=False), "rb") as text:
            content = text.read(4 * LONGEST_CAPTION)
        return readable_caption(text_of(content, whole=len(content) < 4 * LONGEST_CAPTION)[0])
    except (NotRead, OSError):
        return None


def _picture(found: Sequence[File]) -> str | None:
    """A picture inside the folder: a link could lead out of it."""
    paths = [Path(file.path) for file in found]
    return next((str(path.absolute()) for path in paths if not path.is_symlink()), None)
