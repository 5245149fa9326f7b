"""All that can be asked of one run: the one reader of a run's folder, for the page's routes and for an export.

Joins what the trainer, the projector and the page wrote. Takes a folder in any condition, and runs of before a column was
kept: what isn't there is None or left out. Needs no torch but for a method's card.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from explorer.runs import map_columns
from explorer.runs.columns import Values, awaited, described, from_array, from_codes, from_list
from explorer.runs.layouts import COLUMNS, Layout, LayoutFolders, Layouts
from explorer.runs.lens import lens
from explorer.runs.measured import measured
from explorer.runs.metrics import START, NewRows, rows_since
from explorer.runs.moved import moved_most
from explorer.runs.neighbours import nearest_of_all, neighbours_of_point
from explorer.runs.points import Points, points
from explorer.runs.snapshots import snapshot_hash, stamps, unit_embeddings
from explorer.tags import TagStore
from explorer.tags import columns as tag_columns
from training.bands import bands_of, is_like_healthy
from training.knowledge.kept import PARTS, kept
from training.run import RunFolder, Status, reading
from training.run.schema import Column, Schema, by_name

CARD = ("title", "family", "year", "paper", "summary", "negatives", "prevents_collapse", "breaks")
"""What a reader of a run is told of its method's card, beside its formula."""


class Bundle:
    """One run. Costs nothing to make; what is read is kept as long as the files stay."""

    def __init__(self, run: RunFolder, layouts: LayoutFolders | None = None, tags: TagStore | None = None):
        """`layouts`: where maps are looked for beside the run's own; `tags`: those of clips, where they are to be told."""
        self.run = run
        self._layouts = layouts or LayoutFolders()
        self._tags = tags

    def status(self) -> Status:
        """Where the run stands."""
        return self.run.status()

    def curves(self, since: str = START, until: str = START) -> NewRows:
        """Rows of metrics after a cursor that an earlier answer gave, up to another where one is named."""
        return rows_since(self.run, since, until)

    def baselines(self) -> dict[str, Any]:
        """What the measures are compared with; "bands" is where they lie in healthy runs of the method, by measure, where this
        run is like them.
        """
        found, config = self.run.baselines(), self.run.config()
        known = not self.run.watched and is_like_healthy(config)
        healthy = bands_of(str(config.get("method"))) if known else {}
        bands = {measure: band.to_json() for measure, band in healthy.items()}
        return {**found, "bands": bands} if found and bands else found

    def schema(self) -> Schema:
        """What the run holds, by all its writers."""
        return replace(self._of_trainer(), columns=self.columns())

    def points(self) -> Points:
        """Which clips are embedded and mapped, and their labels."""
        return points(self.run)

    def points_values(self) -> dict[str, Any]:
        """What the map must know of the points, but for their sounds. Of "columns" those that no step changes come with
        their values.
        """
        about = self.points()
        values = {column: self.column(column.name) for column in self.columns()}
        return {
            "n": len(about),
            "columns": [described(column) if found is None else found.to_json() for column, found in values.items()],
            "group": about.group,
            "main_facet": about.main_facet,
            "clips": about.clips,
            "fingerprint": about.fingerprint,
            "data_name": about.data_name,
            "data_clips": about.data_clips,
        }

    def method(self) -> dict[str, Any] | None:
        """What a newcomer is told of the run's method; None where this version has no such method."""
        from explorer.runs.mathml import mathml, mathml_symbol
        from training.methods import METHODS  # brings torch, which the first page must not wait for

        word = str(self.run.config().get("method"))
        if word not in METHODS or self.run.watched:  # which may be called as it likes
            return None
        card = METHODS[word].card
        symbols = [[mathml_symbol(symbol), meaning] for symbol, meaning in card.symbols.items()]
        told = {part: getattr(card, part) for part in CARD}
        return {"name": word, **told, "formula": mathml(card.formula), "symbols": symbols}

    def snapshots(self) -> list[int]:
        """Steps of which embeddings are kept, ascending."""
        return self.run.snapshots()

    def columns(self) -> tuple[Column, ...]:
        """Those of every writer that can have values here, the first of each name: the trainer's, the projector's, the page's."""
        declared = self._declared().values()
        return tuple(c for c in declared if c.per == "snapshot" or self.column(c.name) is not None)

    def column(self, name: str, step: int | None = None) -> Values | None:
        """The values of one column, at `step` where they depend on it; None where there are none."""
        column = self._declared().get(name)
        if column is None:
            return None
        if column.per == "clip":
            return self._of_clips(column)
        return None if step is None else self._of_snapshot(column, step)

    def awaited(self, name: str, step: int | None) -> dict[str, Any] | None:
        """A column of a snapshot that a watched run's loop has written, and nobody measured yet; None for any other."""
        column, run = self._declared().get(name), self.run
        waits = step is not None and run.snapshot_path(step).exists() and not run.added_snapshot_path(step).exists()
        if column is None or column.per != "snapshot" or column.writer != "trainer" or not (run.watched and waits):
            return None
        return awaited(column, len(self.points()))

    def layouts(self, axes: int = 2) -> Layouts:
        """Which snapshots have a map, on a plane or (3 axes) in space, of what kind and how far it can be trusted."""
        return self._layouts.summary(self.run, axes)

    def layout(self, step: int, axes: int = 2) -> Layout | None:
        """Where the points lie at `step`; None where there is no map yet."""
        return self._layouts.find(self.run, step, axes=axes)

    def neighbours(self, step: int, point: int, count: int = 10) -> list[dict[str, Any]] | None:
        """The nearest of a point, best first: {"point", "clip": index in the data set, "score": centred cosine}."""
        found = neighbours_of_point(self.run, step, point, count)
        clips = self.points().clips
        if found is None:
            return None
        return [{"point": n.row, "clip": clips[n.row], "score": round(n.score, 4)} for n in found if n.row < len(clips)]

    def moved(self, before: int, after: int, count: int = 20) -> dict[str, Any] | None:
        """The clips whose true neighbours changed most between two steps, as `explorer.runs.moved` says it."""
        found = moved_most(self.run, before, after)
        clips = self.points().clips
        if found is None or len(found.points) > len(clips):
            return None
        first = zip(found.points[:count], found.changed[:count], strict=True)
        most = [{"point": p, "clip": clips[p], "changed": round(changed, 4)} for p, changed in first if p < len(clips)]
        return {"moved": most, "judged": len(found.points)}

    def lens(self, step: int) -> dict[str, Any] | None:
        """The pictures of what the method's loss sees at `step`, as `explorer.runs.lens` describes them."""
        return lens(self.run, step)

    def measured(self, step: int | None = None) -> dict[str, Any] | None:
        """The pictures of what was measured, at `step` or at the newest, as `explorer.runs.measured` describes them."""
        return measured(self.run, step)

    def knowledge(self) -> dict[str, Any]:
        """What the model knows: each part that was computed, see `training.knowledge.kept`; None of those that were not. And by
        which settings the model hears, as "front_end".
        """
        front_end = self.run.config().get("front_end")
        parts = {part: kept(self.run, part) for part in PARTS}
        return {
            **parts,
            "newest": self.run.newest_snapshot(),
            "front_end": front_end if isinstance(front_end, dict) else {},
        }

    def _of_trainer(self) -> Schema:
        read = ("schema.json", "config.json", "baselines.json")  # the latter two of a run of before there was the first
        return _schema(self.run.path, stamps(self.run, *read))

    def _declared(self) -> dict[str, Column]:
        facets = [Column(name, name, "category") for name in self.points().facets]  # all that the oldest runs have
        of_page = () if self._tags is None else tag_columns.COLUMNS
        of_map = (each.column for each in map_columns.MAP_COLUMNS)
        return by_name([*self._of_trainer().columns, *facets, *of_map, *of_page])

    def _of_clips(self, column: Column) -> Values | None:
        about = self.points()
        if column.writer == "page" and self._tags is not None:
            return from_codes(column, *tag_columns.clip_tags(about.ids, self._tags.tags()))
        if column.kind == "category" and column.name in about.facets:
            return from_codes(column, *about.facets[column.name])
        kept = _columns(self.run.path, stamps(self.run, "columns.json"))
        return from_list(column, kept.get(column.name), len(about))

    def _of_snapshot(self, column: Column, step: int) -> Values | None:
        count = len(self.points())
        if column.writer == "projector":
            return from_array(column, self._of_map(column.name, step), count)
        if column.writer == "page" and self._tags is not None:
            return from_array(column, self._agreement(step), count)
        key = COLUMNS + column.name
        for path in (self.run.snapshot_path(step), self.run.added_snapshot_path(step)):
            arrays = reading.read_arrays(path, lambda name: name == key) or {}
            if key in arrays:
                return from_array(column, arrays[key], count)
        return None

    def _of_map(self, name: str, step: int) -> np.ndarray | None:
        """As the projector left it, computed here for a map of before it did."""
        layout, key = self.layout(step), snapshot_hash(self.run, step)
        if layout is None or key is None:
            return None
        return layout.columns[name] if name in layout.columns else _computed(self, step, name, key, layout.kind)

    def _agreement(self, step: int) -> np.ndarray | None:
        ids, units = self.points().ids, unit_embeddings(self.run, step)
        if self._tags is None or units is None or not tag_columns.NEIGHBOURS < len(units) == len(ids):
            return None
        return tag_columns.agreement(
            ids, self._tags.tags(), lambda rows: nearest_of_all(units, tag_columns.NEIGHBOURS, rows)[0]
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bundle) and (self.run.path, self._layouts.root) == (
            other.run.path,
            other._layouts.root,
        )

    def __hash__(self) -> int:
        return hash((self.run.path, self._layouts.root))


@lru_cache(maxsize=64)
def _schema(path: Path, known: tuple[Any, ...]) -> Schema:
    return RunFolder(path).schema()


@lru_cache(maxsize=64)
def _columns(path: Path, known: tuple[Any, ...]) -> dict[str, Any]:
    return RunFolder(path).columns()


@lru_cache(maxsize=64)
def _computed(bundle: Bundle, step: int, name: str, key: str, kind: str) -> np.ndarray | None:
    """A projector's column, of the snapshot with the hash `key` on its map of that kind."""
    layout, units = bundle.layout(step), unit_embeddings(bundle.run, step)
    values = next((each.values for each in map_columns.MAP_COLUMNS if each.column.name == name), None)
    if values is None or layout is None or units is None or len(units) != len(layout.places):
        return None
    return values(units, layout.places)
