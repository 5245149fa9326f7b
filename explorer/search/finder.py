"""Which clips of the data sound like this one to the model? Where would it lie on the map? How alike are two sounds?"""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.runs.neighbours import nearest_rows
from explorer.runs.points import Points, points
from explorer.runs.snapshots import centre, unit_embeddings, unit_rows
from explorer.search.comparison import SoundComparison, compared
from explorer.search.index import Index, Progress
from explorer.search.process import EmbeddingProcess
from explorer.search.vectors import IndexedVectors, Vectors
from training.data.dataset import Dataset
from training.errors import UserError
from training.run import RunFolder, State

PLACE_NEIGHBOURS = 8
Anchors = tuple[tuple[int, float], ...]
"""(row, weight) of points of a map that say where a sound lies; the weights add up to 1."""
STAY_SECONDS = 60.0


@dataclass(frozen=True)
class Match:
    """A clip that sounds alike."""

    clip: int
    """Its index in the run's data set."""
    point: int | None
    """Its point on the map, if it is one of the probe clips."""
    id: str
    score: float
    """Cosine, -1 to 1."""
    labels: dict[str, str]


@dataclass(frozen=True)
class Matches:
    """The answer to a search."""

    run: str
    step: int
    """The step of the weights that listened."""
    matches: tuple[Match, ...]
    searched: int
    """How many clips were compared."""
    complete: bool
    """Whether these were all clips of the data, not the probe alone."""
    note: str
    """One sentence on what was searched."""
    place: tuple[float, float] | None
    """Where the sound lies on the map of `place_step`; None where that is not made yet."""
    place_step: int | None
    anchors: Anchors = ()
    """The points that the place is the mean of, with their weights, so that it can move with them through time."""


class Finder:
    """Answers by a run's own model, at any step of which weights are kept."""

    def __init__(
        self,
        library: Library,
        layouts: LayoutFolders,
        process: EmbeddingProcess | None = None,
        root: Path | None = None,
    ):
        """`process`, `root` (of the cache): for tests."""
        self._library = library
        self._layouts = layouts
        self._process = process or EmbeddingProcess()
        self._index = Index(self._process, root)
        self._listening: dict[str, tuple[int, float]] = {}

    def start(self) -> None:
        """Have the process that listens started, before it is asked anything."""
        with contextlib.suppress(UserError):
            self._process.start()

    def prepare(self, name: str, step: int | None = None) -> str:
        """Have all clips embedded in the background; how far that is, in words. Empty when all is ready."""
        run = self._run(name)
        dataset = self._library.sounds(run).dataset
        if dataset is None:
            self._process.start()
            return self._library.sounds(run).note
        _, progress = self._all_clips(run, self._listening_step(name, run, step), dataset)
        if progress is None:
            self._process.start()
            return ""
        if progress.error is not None:
            raise UserError(progress.error)
        return progress.text

    def find(self, name: str, waveform: np.ndarray, step: int | None = None, count: int = 10) -> Matches:
        """The `count` clips nearest to `waveform`, (S,) float in [-1, 1] at 16 kHz. Raises UserError."""
        run = self._run(name)
        listening = self._listening_step(name, run, step)
        about, sounds = points(run), self._library.sounds(run)
        place_step = nearest_step(run.snapshots(), listening)
        heard = self._process.embeddings(run, listening, [_audible(waveform)])
        query = _units(run, place_step, heard)[0]
        probe = None if place_step is None else unit_embeddings(run, place_step)
        all_clips, progress = (
            (None, None) if sounds.dataset is None else self._all_clips(run, listening, sounds.dataset)
        )
        if sounds.dataset is not None and all_clips is not None:
            asked = unit_rows(heard - all_clips.centre)[0]
            matches = _clip_matches(sounds.dataset, about, all_clips, asked, count)
            searched, note = len(all_clips), all_clips.note
        elif probe is not None and len(probe) == len(about):
            matches, searched = _point_matches(about, probe, query, count), len(probe)
            rest = sounds.note if progress is None else f"{progress.text.rstrip('.')}."
            note = f"{'Only' if progress is None else 'So far'} the {searched:,} clips of the map were searched. {rest}"
        else:
            raise UserError("This run has no snapshot to search yet.")
        anchors = () if probe is None else anchors_among(probe, query)
        place = self._place(run, place_step, probe, anchors)
        complete = all_clips is not None
        return Matches(
            name, listening, matches, searched, complete, note, place, place_step if place else None, anchors
        )

    def compare(self, name: str, first: np.ndarray, second: np.ndarray, step: int | None = None) -> SoundComparison:
        """How alike two sounds, (S,) float at 16 kHz each, are at one step (the newest of which weights are kept)."""
        run = self._run(name)
        listening = kept_step(run, step)
        heard = self._process.embeddings(run, listening, [_audible(first), _audible(second)])
        return self._compared(run, listening, heard)

    def compare_views(self, name: str, views: Sequence[np.ndarray], step: int | None = None) -> SoundComparison:
        """The same of two views as the run's encoder takes them: log-mel (F, V) or samples (S,). Raises UserError."""
        run = self._run(name)
        listening = kept_step(run, step)
        return self._compared(run, listening, self._process.view_embeddings(run, listening, views))

    def untrained(self, name: str) -> int | None:
        """The step of the run's weights before training, where they are kept."""
        return 0 if 0 in self._run(name).checkpoints() else None

    def close(self) -> None:
        """End the background work."""
        self._index.close()
        self._process.close()

    def _all_clips(
        self, run: RunFolder, step: int, dataset: Dataset
    ) -> tuple[Vectors | IndexedVectors | None, Progress | None]:
        """All clips at one step, or how far they are. Where the map holds them all, its snapshot has them already."""
        clips = np.array(points(run).clips)
        if len(clips) == len(dataset) and step in run.snapshots():
            probe, middle, order = unit_embeddings(run, step), centre(run, step), np.argsort(clips)
            if probe is not None and middle is not None and np.array_equal(clips[order], np.arange(len(probe))):
                return Vectors(probe[order], middle), None
        progress = self._index.begin(run, step, dataset)
        return self._index.vectors(run, step, dataset), progress

    def _compared(self, run: RunFolder, step: int, vectors: np.ndarray) -> SoundComparison:
        """By embeddings (2, D) of a step, centred as the probe is there."""
        snapshot = nearest_step(run.snapshots(), step)
        return compared(
            step, _units(run, snapshot, vectors), None if snapshot is None else unit_embeddings(run, snapshot)
        )

    def _listening_step(self, name: str, run: RunFolder, step: int | None) -> int:
        """The weights to search with. Where none are asked for, those of a run at work stay the same for a minute, or
        the clips would be embedded anew for every search.
        """
        chosen, since = self._listening.get(name, (-1, 0.0))
        stay = step is None and time.monotonic() - since < STAY_SECONDS and chosen in run.checkpoints()
        if not (stay and run.status().active):
            chosen, since = kept_step(run, step), time.monotonic()
        if step is None:
            self._listening[name] = (chosen, since)
        return chosen

    def _place(
        self, run: RunFolder, step: int | None, probe: np.ndarray | None, anchors: Anchors
    ) -> tuple[float, float] | None:
        layout = None if step is None else self._layouts.find(run, step)
        if layout is None or probe is None or len(layout.places) != len(probe):
            return None
        x, y = place_among(anchors, layout.places)
        return float(x), float(y)

    def _run(self, name: str) -> RunFolder:
        run = self._library.run(name)
        if run is None:
            raise UserError("There is no such run.")
        return run


def kept_step(run: RunFolder, step: int | None = None) -> int:
    """The kept weights nearest to `step`, or the newest. Raises UserError where the run has none."""
    run.check_trained_here()
    found = nearest_step(run.checkpoints(), step)
    if found is None:
        raise UserError(f"{_without_weights(run)}, so nothing can be heard with its model.")
    return found


def _without_weights(run: RunFolder) -> str:
    """Why a run has none, as the beginning of a sentence."""
    status = run.status()
    if status.active or status.state is State.WAITING:
        return "This run has kept no weights yet"
    return "The weights of this run are gone" if run.snapshots() else "This run has ended before it kept any weights"


def nearest_step(steps: Sequence[int], step: int | None) -> int | None:
    """The one of `steps` nearest to `step`, the last where that is None; None where there are none."""
    if not steps:
        return None
    return steps[-1] if step is None else min(steps, key=lambda kept: (abs(kept - step), kept))


def _units(run: RunFolder, snapshot: int | None, vectors: np.ndarray) -> np.ndarray:
    """Rows of `vectors` (n, D) centred as the probe is at `snapshot`, of length 1."""
    middle = None if snapshot is None else centre(run, snapshot)
    return unit_rows(vectors if middle is None else vectors - middle)


def place_among(anchors: Anchors, places: np.ndarray) -> np.ndarray:
    """(2,): where a sound lies on a map with `places` (n, 2): the mean of its neighbours' places, by their weights."""
    rows, weights = zip(*anchors, strict=True)
    place: np.ndarray = np.array(weights) @ places[list(rows)]
    return place


def anchors_among(units: np.ndarray, query: np.ndarray) -> Anchors:
    """The neighbours among `units` (n, D) that say where `query` (D,) lies, each of length 1, weighted by 1 / distance²."""
    near = nearest_rows(units, query, PLACE_NEIGHBOURS)
    weights = np.array([1 / (1 - min(n.score, 1.0) + 1e-4) ** 2 for n in near])
    return tuple((n.row, float(w)) for n, w in zip(near, weights / weights.sum(), strict=True))


def _clip_matches(
    dataset: Dataset, about: Points, clips: Vectors | IndexedVectors, query: np.ndarray, count: int
) -> tuple[Match, ...]:
    point_of = {clip: point for point, clip in enumerate(about.clips)}
    matches = []
    for near in clips.nearest(query, count):
        found = {name: facet.label(near.row) for name, facet in dataset.facets.items()}
        labels = {name: label for name, label in found.items() if label is not None}
        matches.append(Match(near.row, point_of.get(near.row), dataset.ids[near.row], near.score, labels))
    return tuple(matches)


def _point_matches(about: Points, probe: np.ndarray, query: np.ndarray, count: int) -> tuple[Match, ...]:
    near = nearest_rows(probe, query, count)
    return tuple(Match(about.clips[n.row], n.row, about.ids[n.row], n.score, about.labels(n.row)) for n in near)


def _audible(waveform: np.ndarray) -> np.ndarray:
    sound = np.asarray(waveform, dtype=np.float32)
    if sound.ndim != 1 or not len(sound) or not np.isfinite(sound).all():
        raise UserError("This is no sound: one channel of finite samples was expected.")
    return sound
