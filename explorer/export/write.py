"""Writing an export: the parts of `contents` one after the other, then as much quality of sound as there is room for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.export import contents
from explorer.export.folder import made_whole
from explorer.export.maps import make_maps
from explorer.export.page import page_files
from explorer.export.plain import text
from explorer.export.sounds import dataset_of, fitting, why_cut, why_missing, write_sounds
from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.sounds.windows import window_words
from explorer.tags import TagStore
from training.data.dataset import Progress
from training.data.files import bytes_in
from training.errors import UserError
from training.run import RunFolder

STEPS = 40
"""Snapshots at most, log-spaced."""
MB = 1_000_000
MOST_BYTES, OF_CLIPS = 24.5 * MB, 2_000
"""No export of so many clips or fewer is larger; one of more in proportion."""
LENS_BYTES = 4 * MB
"""What all pictures of the loss may take; where they are large, fewer steps have them."""


@dataclass(frozen=True)
class Written:
    """What was written."""

    path: Path
    bytes: int
    """Of the zip, or of the folder's files."""
    note: str
    """What is missing, in a sentence; empty where nothing is."""


def write_export(
    run: RunFolder, name: str, title: str, to: Path, progress: Progress, tags: TagStore | None = None
) -> Written:
    """Write the export of a run, which is listed as `name` with `title`, to a folder or a zip file that is new; with `tags`
    those of its clips go along.

    Raises UserError where there is nothing to export or nothing can be written there.
    """
    folders = LayoutFolders()
    bundle = Bundle(run, folders, tags)
    steps = kept_steps(bundle.snapshots())
    if not steps:
        raise UserError(f"The run {name} has no snapshot yet; one that has trained for a few seconds was expected.")
    with made_whole(to) as folder:
        make_maps(run, folders, steps, lambda share: progress(0.4 * share, "Making maps:"))
        writing = _Writing(folder, bundle, steps, progress)
        note = writing.all(text(name), text(title))
    return Written(to, to.stat().st_size if to.is_file() else bytes_in(to), note)


def kept_steps(steps: list[int], most: int = STEPS) -> list[int]:
    """At most `most` of them, log-spaced, with the first and the last."""
    from training.snapshot import steps_to_drop  # brings torch

    dropped = set(steps_to_drop(steps, most))
    return [step for step in steps if step not in dropped]


class _Writing:
    def __init__(self, folder: Path, bundle: Bundle, steps: list[int], progress: Progress):
        self.folder = folder
        self.bundle = bundle
        self.steps = steps
        self.progress = progress

    def all(self, name: str, title: str) -> str:
        """Write everything; returns what is missing, in a sentence."""
        for path, content in page_files(title).items():
            self.put(path, content)
        for part, read in contents.PARTS.items():
            self.put_json(part, read(self.bundle))
        points = contents.points(self.bundle)
        held = {part: self.of_steps(part) for part in contents.OF_A_STEP}
        note = self.sounds(points)
        self.put_json("points", {**points, "sounds": note.at_hand, "note": note.sentence, "windows": note.windows})
        about = {
            "format": contents.FORMAT,
            "name": name,
            "title": title,
            "status": contents.status(self.bundle),
            "layouts": contents.layouts(self.bundle, held["layouts"]),
            **{part: steps for part, steps in held.items() if part != "layouts"},
            "settings": contents.settings(self.bundle),
            "clips": len(self.bundle.points()),
            "near": min(contents.NEIGHBOURS, len(self.bundle.points()) - 1),
        }
        self.put_json("run", about)
        return note.sentence

    def of_steps(self, part: str) -> list[int]:
        """Write a part of the kept steps; returns those of which there is one."""
        suffix, read = contents.OF_A_STEP[part]
        steps = self.lens_steps() if part == "lens" else self.steps
        held = []
        for i, step in enumerate(steps):
            content = read(self.bundle, step)
            if content is not None:
                held.append(step)
                self.put(f"data/{part}/{step}.{suffix}", content if isinstance(content, bytes) else _json(content))
            share = (list(contents.OF_A_STEP).index(part) + (i + 1) / len(steps)) / len(contents.OF_A_STEP)
            self.progress(0.4 + 0.2 * share, "Writing snapshots:")
        return held

    def lens_steps(self) -> list[int]:
        newest = contents.lens(self.bundle, self.steps[-1])
        large = len(_json(newest)) if newest is not None else 0
        return kept_steps(self.steps, max(4, min(STEPS, LENS_BYTES // max(1, large))))

    def sounds(self, points: dict[str, Any]) -> "_Sounds":
        """Write the clips, where they are on this machine, at the quality for which there is room."""
        clips = list(dict.fromkeys(points["clips"]))
        dataset = dataset_of(points["fingerprint"], clips)
        if dataset is None or not clips:
            return _Sounds(False, why_missing(points["data_name"]))
        room = MOST_BYTES * max(1, len(clips) / OF_CLIPS) - bytes_in(self.folder) - len(_json(points))
        quality = fitting(dataset, clips, room)
        write_sounds(
            dataset,
            clips,
            quality,
            lambda clip, content: self.put(f"data/sounds/{clip}.mp3", content),
            lambda share: self.progress(0.6 + 0.4 * share, "Compressing sounds:"),
        )
        windows = tuple(window_words(dataset, clip) for clip in points["clips"])
        return _Sounds(True, "" if quality.seconds is None else why_cut(quality.seconds), windows)

    def put(self, path: str, content: bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def put_json(self, part: str, value: Any) -> None:
        self.put(f"data/{part}.json", _json(value))


@dataclass(frozen=True)
class _Sounds:
    at_hand: bool
    sentence: str
    windows: tuple[str, ...] = ()
    """Of each point, its place in its file in words."""


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_listed).encode()


def _listed(value: Any) -> list[Any]:
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no part of an export")
