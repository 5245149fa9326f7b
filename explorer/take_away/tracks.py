"""The times of tagged clips in their recordings, as other programs read them: a label track (Audacity) and a selection table
(Raven) for each recording. Beside the sounds they are labels again; see `training.data.events`.
"""

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from explorer.take_away.sounds import UNTAGGED, as_path
from explorer.take_away.taken import Taken
from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.names import csv_cell
from training.errors import UserError

RAVEN_COLUMNS = (
    "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)", "label",
)  # fmt: skip
GAP_SECONDS = 0.001
"""Clips with less between them are one stretch."""

Stretch = tuple[float, float, str]
"""From and to in seconds of the recording, and the tag."""


def zipped_tracks(taken: Taken) -> bytes:
    """A zip with two texts for each recording, in the folders in which it lies in the data: `NAME.txt` and
    `NAME.Table.1.selections.txt`. Raises UserError where the sounds are not at hand.
    """
    if taken.dataset is None:
        raise UserError("The sounds of this run are not on this machine, so it is not known when its clips are.")
    clips = taken.bundle.points().clips
    tagged = {clips[point]: taken.tags_of_points[point] or [UNTAGGED] for point in taken.points}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tracks(taken.dataset, {**tagged, **taken.beyond}).items():
            # A fixed date, so that the same clips give the same file.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return content.getvalue()


def tracks(dataset: Dataset, tagged: Mapping[int, Sequence[str]]) -> dict[str, str]:
    """Name of a text → the text. `tagged`: clip → its tags."""
    by_file: dict[str, list[Stretch]] = {}
    for clip in sorted(tagged, key=lambda clip: float(dataset.offsets_seconds[clip])):
        start = float(dataset.offsets_seconds[clip])
        row = by_file.setdefault(dataset.files[clip], [])
        row += [(start, start + dataset.seconds(clip), tag) for tag in tagged[clip]]
    stems = Counter(str(PurePosixPath(file).with_suffix("")) for file in dict.fromkeys(dataset.files))
    found = {}
    for file, stretches in sorted(by_file.items()):
        path = PurePosixPath(file)
        alone = stems[str(path.with_suffix(""))] == 1
        name = as_path(path.with_suffix("") if alone else path)
        joined = _joined(stretches)
        found[f"{name}.txt"] = "".join(f"{start:.6f}\t{end:.6f}\t{_cell(tag)}\n" for start, end, tag in joined)
        found[f"{name}.Table.1.selections.txt"] = _raven(joined)
    return found


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """`stretches` by their beginning; those of one tag that follow each other are one."""
    last: dict[str, Stretch] = {}
    whole: list[Stretch] = []
    for start, end, tag in stretches:
        before = last.get(tag)
        if before is not None and start - before[1] < GAP_SECONDS:
            last[tag] = (before[0], max(before[1], end), tag)
            continue
        whole += [before] if before else []
        last[tag] = (start, end, tag)
    return sorted([*whole, *last.values()])


def _raven(stretches: Sequence[Stretch]) -> str:
    """Over all frequencies that a model hears."""
    rows = [
        (i, "Spectrogram 1", 1, f"{start:.6f}", f"{end:.6f}", 0, SAMPLE_RATE // 2, _cell(tag))
        for i, (start, end, tag) in enumerate(stretches, 1)
    ]
    return "".join("\t".join(map(str, row)) + "\n" for row in (RAVEN_COLUMNS, *rows))


def _cell(tag: str) -> str:
    return csv_cell(" ".join(tag.split()))
