"""Places on the map: files named by the hash of the snapshot they belong to, so that they can never be stale.

    <cache>/layouts/ab/ab12….umap.npz    the settled place of every probe clip, and columns/<name> that depend on it
    <cache>/layouts/ab/ab12….quick.npz   a UMAP of the newest snapshot, made ahead of its turn for somebody who waits
    <cache>/layouts/ab/ab12….pca.npz     shown until one of those is there
    <cache>/layouts/ab/ab12….umap3.npz   the same in space, made only where somebody looks at it; and so for the others

A run may carry its own in RUN/layouts (the run that comes with the project does).
"""

import io
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from explorer.runs.snapshots import file_stamp, snapshot_hash
from training import durable
from training.data.cache import cache_root
from training.run import RunFolder, reading

KINDS = ("umap", "quick", "pca")
"""From the one that is shown if it is there to the one that is shown if no other is."""
COLUMNS = "columns/"
FARTHEST = 1e6
"""No place is farther out, in whatever units."""


@dataclass(frozen=True)
class Layout:
    """Where n points lie."""

    places: np.ndarray
    """(n, 2) or (n, 3) float32, centred; nearly all within the unit circle or ball."""
    kind: str
    """One of KINDS."""
    trust: float | None
    """Trustworthiness, 0 to 1: how far neighbours on the map are neighbours in truth. None where it has no meaning."""
    scale: float = 1.0
    """What `places` must be multiplied by to be in the units in which UMAP works."""
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Name of a column that the projector writes → (n,) float32; none in a map of before it did."""

    @property
    def shown_kind(self) -> str:
        """The kind in the words of the page: umap or pca."""
        return "pca" if self.kind == "pca" else "umap"


@dataclass(frozen=True)
class Layouts:
    """What there is for a run."""

    version: int
    """Another number whenever any of the rest changes."""
    steps: tuple[int, ...]
    kinds: dict[int, str]
    trust: dict[int, float | None]
    snapshots: int
    """How many there are; those without a place on the map are still to come."""


class LayoutFolders:
    """Where the layouts of a run are looked for, and where new ones are written."""

    def __init__(self, root: Path | None = None):
        self.root = (root or cache_root()) / "layouts"

    def find(self, run: RunFolder, step: int, kinds: tuple[str, ...] = KINDS, axes: int = 2) -> Layout | None:
        """The best layout of one snapshot on so many axes, in the order of `kinds`; None where there is none yet."""
        key = snapshot_hash(run, step)
        return None if key is None else self._of_hash(run, key, kinds, axes)

    def write(self, key: str, layout: Layout, into: Path | None = None) -> None:
        """Keep the layout of the snapshot with the hash `key`; a settled one takes the place of the lesser ones."""
        folder, axes = into or self.root / key[:2], layout.places.shape[1]
        folder.mkdir(parents=True, exist_ok=True)
        held = io.BytesIO()
        trust = np.nan if layout.trust is None else layout.trust
        arrays = {
            "places": layout.places.astype(np.float32),
            "trust": np.array(trust, np.float32),
            "scale": np.array(layout.scale, np.float32),
            **{COLUMNS + name: values.astype(np.float32) for name, values in layout.columns.items()},
        }
        np.savez(held, **arrays)  # type: ignore[arg-type]  # numpy types **kwds as bool
        durable.write_bytes(folder / f"{key}.{_named(layout.kind, axes)}.npz", held.getvalue())
        if layout.kind == "umap" and into is None:
            for kind in ("quick", "pca"):
                (folder / f"{key}.{_named(kind, axes)}.npz").unlink(missing_ok=True)

    def summary(self, run: RunFolder, axes: int = 2) -> Layouts:
        """Which snapshots of a run have a place on the map, on so many axes."""
        snapshots = run.snapshots()
        keys = {step: key for step in snapshots if (key := snapshot_hash(run, step)) is not None}
        looked = {step: self._of_hash(run, key, KINDS, axes) for step, key in keys.items()}
        found = {step: layout for step, layout in looked.items() if layout is not None}
        kinds = {step: layout.shown_kind for step, layout in found.items()}
        trust = {step: None if layout.trust is None else round(layout.trust, 3) for step, layout in found.items()}
        told_apart = [(step, keys[step], layout.kind) for step, layout in found.items()]
        version = zlib.crc32(json.dumps([len(snapshots), told_apart]).encode())
        return Layouts(version, tuple(found), kinds, trust, len(snapshots))

    def forget_older_than(self, days: float, now: float) -> None:
        """Remove what was written long ago, half-written files too: it is made again when somebody looks."""
        for path in self.root.glob("??/*"):
            stamp = file_stamp(path)
            if stamp is not None and now - stamp[1] / 1e9 > days * 86_400:
                path.unlink(missing_ok=True)

    def _of_hash(self, run: RunFolder, key: str, kinds: tuple[str, ...], axes: int) -> Layout | None:
        """Every page asks for all of a run's once a second: paths are texts here, since to join `Path`s takes far longer."""
        for kind in kinds:
            for folder in (f"{run.path}/layouts", f"{self.root}/{key[:2]}"):
                path = f"{folder}/{key}.{_named(kind, axes)}.npz"
                stamp = file_stamp(path)
                layout = None if stamp is None else _layout(path, stamp)
                if layout is not None:
                    return layout
        return None


def _named(kind: str, axes: int) -> str:
    return kind if axes == 2 else f"{kind}{axes}"


@lru_cache(maxsize=1024)
def _layout(path: str, stamp: tuple[int, int, int]) -> Layout | None:
    arrays = reading.read_arrays(Path(path)) or {}
    places, trust, scale = (arrays.get(name) for name in ("places", "trust", "scale"))
    if places is None or trust is None or scale is None or trust.size != 1 or scale.size != 1:
        return None
    with np.errstate(over="ignore"):
        places, trusted, scaled = places.astype(np.float32), float(trust.item()), float(scale.item())
    kind, solid = re.sub(r".*\.([a-z]+)3?\.npz$", r"\1", path), path.endswith("3.npz")
    if (
        places.ndim != 2
        or places.shape[1] != (3 if solid else 2)
        or not (np.abs(places) <= FARTHEST).all()
        or not 0 < scaled <= FARTHEST
    ):
        return None
    columns = {name.removeprefix(COLUMNS): array for name, array in arrays.items() if name.startswith(COLUMNS)}
    columns = {name: array for name, array in columns.items() if array.shape == (len(places),)}
    return Layout(places, kind, trusted if abs(trusted) <= 1 else None, scaled, columns)
