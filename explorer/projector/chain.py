"""Which map is to be made next, and making it.

The maps of a run form a chain in the order of its snapshots: each settled map is UMAP started from the settled map
before it and turned onto it, so that the points move and do not jump, and so that the result is the same whether
somebody looked on from the start or came when all was over (except where a long run has dropped snapshots that an
early visitor's chain went through). Two lesser kinds bridge the wait, and never enter the chain: PCA, at once, newest
first; and a quick UMAP of the newest snapshot, where the chain is still far behind it. Whoever follows a run live sees
neither after the first map: the chain keeps up, and a PCA between two UMAPs would be a jump.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.projector.geometry import nearest_with_itself, pca_places, turned_onto, unit_radius
from explorer.runs.layouts import KINDS, Layout, LayoutFolders
from explorer.runs.map_columns import map_columns, mean_trust
from explorer.runs.snapshots import embeddings, snapshot_hash, unit_rows
from training.run import RunFolder

Umap = Callable[[np.ndarray, np.ndarray, np.ndarray, int, float], np.ndarray]
"""`umap_layout.umap_places`, handed in since importing it takes seconds."""

NEIGHBOURS = 15
FIRST_EPOCHS, FIRST_STRENGTH = 100, 1.0
WARM_EPOCHS, WARM_STRENGTH = 20, 0.5
START_RADIUS = 8.0
"""How far PCA's places reach when UMAP starts from them, in UMAP's own units."""
QUICK_BEHIND = 2
"""The newest snapshot gets a quick map when more than so many are waiting for their turn."""


@dataclass(frozen=True)
class Task:
    """One map to be made."""

    step: int
    kind: str


class Chain:
    """The maps of one run."""

    def __init__(self, run: RunFolder, folders: LayoutFolders, into: Path | None = None, axes: int = 2):
        """`into`: where to write, if not to the cache. `axes`: 2 for maps on a plane, 3 for maps in space."""
        self.run = run
        self.axes = axes
        self._folders = folders
        self._into = into
        self._hopeless: set[str | None] = {None}
        """Hashes of snapshots that cannot be read."""
        self._flat: set[str] = set()
        """Hashes of snapshots that UMAP cannot spread: too few points, or all of them in one place."""

    def next_task(self, umap_ready: bool) -> Task | None:
        """What is to be made next; None when all is done that can be done now."""
        steps = [step for step in self.run.snapshots() if snapshot_hash(self.run, step) not in self._hopeless]
        made = {step: found.kind for step in steps if (found := self._found(step)) is not None}
        bare = [step for step in steps if step not in made]
        open_ended = [step for step in steps if snapshot_hash(self.run, step) not in self._flat] if umap_ready else []
        waiting = [step for step in open_ended if made.get(step) != "umap"]
        if made and 0 < len(waiting) <= QUICK_BEHIND:
            return Task(waiting[0], "umap")
        if made and waiting and waiting[-1] == steps[-1] and made.get(steps[-1]) != "quick":
            return Task(steps[-1], "quick")
        if bare:
            return Task(bare[-1], "pca")
        return Task(waiting[0], "umap") if waiting else None

    def awaited(self, task: Task) -> bool:
        """Whether somebody waits for it: for the first map of a run, or for one of its newest snapshot while the chain is far behind."""
        return task.kind != "umap" or self._settled_before(task.step) is None

    def do(self, task: Task, umap: Umap | None) -> None:
        """Make one map and keep it. `umap` may be None for a PCA task."""
        key = snapshot_hash(self.run, task.step)
        vectors = embeddings(self.run, task.step)
        if key is None or vectors is None:
            self._hopeless.add(key)
        elif task.kind == "pca":
            self._folders.write(key, self._pca(task.step, vectors), self._into)
        elif is_flat(vectors):
            self._flat.add(key)
        elif umap is not None:
            self._folders.write(key, self._umap(task, vectors, umap), self._into)

    def _pca(self, step: int, vectors: np.ndarray) -> Layout:
        places, _ = unit_radius(pca_places(vectors, self.axes))
        beside = self._beside(step, len(vectors))
        if beside is not None:
            places = turned_onto(places, beside.places)
        return _judged(unit_rows(vectors - vectors.mean(axis=0)), places, "pca")

    def _umap(self, task: Task, vectors: np.ndarray, umap: Umap) -> Layout:
        units = unit_rows(vectors - vectors.mean(axis=0))
        indices, distances = nearest_with_itself(units, NEIGHBOURS)
        before = self._settled_before(task.step, len(vectors))
        if before is not None:
            reference = before.places
            moved = umap(indices, distances, reference * before.scale, WARM_EPOCHS, WARM_STRENGTH)
        else:
            reference, _ = unit_radius(pca_places(vectors, self.axes))
            moved = umap(indices, distances, reference * START_RADIUS, FIRST_EPOCHS, FIRST_STRENGTH)
        places, scale = unit_radius(moved)
        places = turned_onto(places, reference)
        return _judged(units, places, task.kind, scale)

    def _settled_before(self, step: int, count: int | None = None) -> Layout | None:
        """The settled map of the nearest snapshot before `step` that has one, of `count` points where that is given."""
        earlier = [s for s in self.run.snapshots() if s < step]
        return self._first(list(reversed(earlier)), count, ("umap",))

    def _beside(self, step: int, count: int) -> Layout | None:
        """The map onto which a first PCA is turned: of the nearest snapshot before it, else after it."""
        steps = self.run.snapshots()
        order = [s for s in reversed(steps) if s < step] + [s for s in steps if s > step]
        return self._first(order, count, KINDS)

    def _found(self, step: int, kinds: tuple[str, ...] = KINDS) -> Layout | None:
        return self._folders.find(self.run, step, kinds, self.axes)

    def _first(self, steps: list[int], count: int | None, kinds: tuple[str, ...]) -> Layout | None:
        for step in steps:
            found = self._found(step, kinds)
            if found is not None and count in (None, len(found.places)) and found.places.any():
                return found
        return None


def _judged(units: np.ndarray, places: np.ndarray, kind: str, scale: float = 1.0) -> Layout:
    columns = map_columns(units, places)
    return Layout(places, kind, mean_trust(columns), scale, columns)


def is_flat(vectors: np.ndarray) -> bool:
    """Whether UMAP has nothing to work with: too few points, or (after a complete collapse) all the same."""
    spread = float(vectors.std(axis=0).max())
    return len(vectors) <= NEIGHBOURS or not spread > 1e-5 * float(np.abs(vectors).max())
