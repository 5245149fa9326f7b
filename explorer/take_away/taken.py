"""What is taken away: some clips of a run, as of one step, with their tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from explorer.runs.bundle import Bundle
from explorer.runs.columns import Values
from explorer.runs.points import Points
from explorer.tags.columns import carried
from training.data.dataset import Dataset


@dataclass(frozen=True)
class Taken:
    """m clips."""

    bundle: Bundle
    """Of the run."""
    points: Sequence[int]
    """Which of its points, in the order in which they are written."""
    tags: Mapping[str, Sequence[str]]
    """Tag → ids of clips."""
    step: int | None
    """Of which snapshot; None where there is none."""
    dataset: Dataset | None
    """The run's sounds, where they are at hand."""
    beyond: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Clip → its tags, of clips that the map does not hold, as `tagged_beyond` finds them; label tracks alone have them."""

    @cached_property
    def tags_of_points(self) -> list[list[str]]:
        """For each of the run's points its tags, in alphabetical order."""
        found: list[list[str]] = [[] for _ in self.bundle.points().ids]
        for tag, places in carried(self.bundle.points().ids, self.tags).items():
            for place in places:
                found[place].append(tag)
        return found

    def file(self, point: int) -> str | None:
        """The file that a clip was cut from, relative to the data's folder; None where its sounds are not at hand."""
        return None if self.dataset is None else self.dataset.files[self.bundle.points().clips[point]]

    def offset_seconds(self, point: int) -> float | None:
        """Where in its file the clip begins."""
        return None if self.dataset is None else float(self.dataset.offsets_seconds[self.bundle.points().clips[point]])

    def window(self, point: int) -> tuple[float, float] | None:
        """Where in its file the clip lies, in seconds; None where the file gives it alone, and where that is not known."""
        return None if self.dataset is None else self.dataset.window(self.bundle.points().clips[point])

    def columns(self) -> dict[str, list[Any]]:
        """What is known of each clip, by the name of what it is: one value a clip, None for none."""
        about = self.bundle.points()
        found: dict[str, list[Any]] = {
            "id": [about.ids[i] for i in self.points],
            "file": [self.file(i) for i in self.points],
            "offset_seconds": [self.offset_seconds(i) for i in self.points],
            "tags": [in_one_cell(self.tags_of_points[i]) for i in self.points],
        }
        for column in self.bundle.columns():
            values = self.bundle.column(column.name, self.step if column.per == "snapshot" else None)
            if values is not None:
                found.setdefault(column.name, _plain(values, self.points))
        layout = None if self.step is None else self.bundle.layout(self.step)
        if layout is not None:
            for axis, name in enumerate(("x", "y")):
                found[name] = [float(layout.places[i, axis]) for i in self.points]
        return found


def tagged_beyond(about: Points, tags: Mapping[str, Sequence[str]], dataset: Dataset) -> dict[int, list[str]]:
    """Clip → its tags, of those clips of the data that are no points."""
    found: dict[int, list[str]] = {}
    for tag, clips in carried(dataset.ids, tags).items():
        for clip in clips:
            found.setdefault(clip, []).append(tag)
    points = set(about.clips)
    return {clip: names for clip, names in found.items() if clip not in points}


def in_one_cell(tags: Sequence[str]) -> str:
    """Tags with "; " between them; one that holds a semicolon or a quotation mark is quoted, as a cell of a CSV is."""
    quoted = ('"{}"'.format(tag.replace('"', '""')) if set(tag) & set(';"') else tag for tag in tags)
    return "; ".join(quoted)


def _plain(values: Values, points: Sequence[int]) -> list[Any]:
    """Numbers, texts, and names of categories and flags."""
    told = values.to_json()
    names = told["names"] or (["no", "yes"] if told["kind"] == "flag" else [])
    if told["kind"] in ("category", "flag"):
        return [names[code] if 0 <= (code := told["values"][i]) < len(names) else None for i in points]
    return [told["values"][i] for i in points]
