"""Which clips of the data sound like this one to the model, or fit these words? Where would it lie on the map? How alike are two
sounds?"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.runs.points import points
from explorer.runs.snapshots import centre, embeddings, unit_embeddings, unit_rows
from explorer.search.comparison import SoundComparison, compared
from explorer.search.index import Index, Progress
from explorer.search.matches import Anchors, Matches, anchors_among, clip_matches, place_among, point_matches
from explorer.search.process import EmbeddingProcess
from explorer.search.unusual import Usual, more_unusual_than, pieces, usual_of
from explorer.search.vectors import IndexedVectors, Vectors
from explorer.search.weights import Newest, kept_step, nearest_step
from explorer.search.words import Words, beside_words, clips_of_map, negated, reads
from training.anomaly.recording import Recording
from training.anomaly.reference import CLIPS as MOST_USUAL
from training.data.dataset import Dataset
from training.errors import UserError
from training.run import RunFolder


@dataclass(frozen=True)
class _Space:
    """Where a question is compared with clips, at one step."""

    probe: np.ndarray | None
    """(n, D) rows of length 1: the clips of the map."""
    middle: np.ndarray | None
    """(D,): what was taken away from them, and must be from a question too; None for nothing."""
    whole: Vectors | IndexedVectors | None
    """All clips of the data; None while they are not all there."""
    progress: Progress | None
    """How far they are."""


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
        self._words = Words(self._process, self._index)
        self._newest = Newest()

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
        _, progress = self._all_clips(run, self._listening(run, step), dataset)
        if progress is None:
            self._process.start()
            return ""
        if progress.error is not None:
            raise UserError(progress.error)
        return progress.text

    def find(self, name: str, waveform: np.ndarray, step: int | None = None, count: int = 10) -> Matches:
        """The `count` clips nearest to `waveform`, (S,) float in [-1, 1] at 16 kHz. Raises UserError."""
        run = self._run(name)
        listening = self._listening(run, step)
        heard = self._process.embeddings(run, listening, [_audible(waveform)])
        dataset, snapshot = self._library.sounds(run).dataset, nearest_step(run.snapshots(), listening)
        whole, progress = (None, None) if dataset is None else self._all_clips(run, listening, dataset)
        probe = None if snapshot is None else unit_embeddings(run, snapshot)
        space = _Space(probe, None if snapshot is None else centre(run, snapshot), whole, progress)
        found = self._answer(name, run, listening, heard, space, count)
        if dataset is None or not reads(run):
            return found
        return replace(found, said=self._words.of_sound(run, listening, snapshot, heard, dataset))

    def find_words(self, name: str, text: str, step: int | None = None, count: int = 10) -> Matches:
        """The `count` clips that lie nearest to a text. Raises UserError, also where the run's method reads nothing."""
        run = self._run(name)
        listening = self._listening(run, step)
        dataset, snapshot = self._library.sounds(run).dataset, nearest_step(run.snapshots(), listening)
        place = self._words.place(run, listening, text, dataset)
        probe = clips_of_map(run, snapshot)
        whole, progress = (None, None) if dataset is None else self._all_beside_words(run, listening, dataset)
        found = self._answer(name, run, listening, place, _Space(probe, None, whole, progress), count)
        unread = "" if dataset is None else self._words.unread(text, dataset)
        return replace(found, note=" ".join(filter(None, [negated(text), unread, found.note])))

    def reads(self, name: str) -> bool:
        """Whether words can be asked of a run: its method learns to read. What it lacks else, a search says."""
        run = self._library.run(name)
        return run is not None and reads(run)

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

    def more_unusual_than(
        self, name: str, waveform: np.ndarray, step: int | None = None, own: int | None = None
    ) -> float | None:
        """The share, in per cent, of the clips on the map that are less unusual than `waveform`, (S,) float at 16 kHz, which
        is the clip `own` of the data, or another sound. None where nothing can be compared. Raises UserError.
        """
        run = self._run(name)
        dataset, listening = self._library.sounds(run).dataset, self._listening(run, step)
        if dataset is None or listening not in run.snapshots():
            return None
        heard = self._process.embeddings(run, listening, pieces(_audible(waveform), dataset))
        return more_unusual_than(run, listening, dataset, np.array(points(run).clips), heard, own)

    def usual(self, name: str, step: int | None = None) -> Usual:
        """The run's own recordings, beside which others are ranked; first `prepare` them. Raises UserError where they aren't all here."""
        run = self._run(name)
        listening, dataset = self._listening(run, step), self._library.sounds(run).dataset
        if dataset is None:
            raise UserError(f"The run's own sounds are needed to rank others. {self._library.sounds(run).note}".strip())
        order = self._on_map(run, listening, dataset)
        probe = embeddings(run, listening) if order is not None else None
        vectors = self._index.kept(run, listening, dataset) if probe is None or order is None else probe[order]
        if vectors is None:
            raise UserError("The run's own sounds are not all embedded yet; try again in a moment.")
        clips = np.arange(len(dataset))
        if len(dataset) > MOST_USUAL:
            from training.probe import PROBE_SEED, stratified_sample  # brings torch

            clips = stratified_sample(dataset, MOST_USUAL, PROBE_SEED)
        return usual_of(listening, dataset, vectors[clips], clips)

    def ranked(self, name: str, usual: Usual, file: str, content: str, waveform: np.ndarray) -> Recording:
        """What is said of one recording `file`, (S,) float at 16 kHz, the hash of whose file is `content`. Raises UserError."""
        cut = pieces(_audible(waveform), usual.dataset)
        return usual.recording(file, content, self._process.embeddings(self._run(name), usual.step, cut))

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
        order = self._on_map(run, step, dataset)
        if order is not None:
            probe, middle = unit_embeddings(run, step), centre(run, step)
            if probe is not None and middle is not None and len(probe) == len(order):
                return Vectors(probe[order], middle), None
        progress = self._index.begin(run, step, dataset)
        return self._index.vectors(run, step, dataset), progress

    def _on_map(self, run: RunFolder, step: int, dataset: Dataset) -> np.ndarray | None:
        """(n,): the point of each clip on the map of a snapshot that holds all clips; None where there is none."""
        clips = np.array(points(run).clips)
        if len(clips) != len(dataset) or step not in run.snapshots():
            return None
        order = np.argsort(clips)
        return order if np.array_equal(clips[order], np.arange(len(clips))) else None

    def _all_beside_words(self, run: RunFolder, step: int, dataset: Dataset) -> tuple[Vectors | None, Progress | None]:
        """The same where words lie."""
        order = self._on_map(run, step, dataset)
        probe = clips_of_map(run, step) if order is not None else None
        if probe is not None and order is not None and len(probe) == len(order):
            return beside_words(probe[order]), None
        progress = self._index.begin(run, step, dataset)
        return (self._words.clips(run, step, dataset) if progress is None else None), progress

    def _answer(self, name: str, run: RunFolder, step: int, question: np.ndarray, space: _Space, count: int) -> Matches:
        """The clips nearest to a question (1, D), and where it lies on the map. Raises UserError."""
        about, sounds, probe = points(run), self._library.sounds(run), space.probe
        query = unit_rows(question if space.middle is None else question - space.middle)[0]
        if sounds.dataset is not None and space.whole is not None:
            asked = unit_rows(question - space.whole.centre)[0]
            matches = clip_matches(sounds.dataset, about, space.whole, asked, count)
            searched, note = len(space.whole), space.whole.note
        elif probe is not None and len(probe) == len(about):
            matches, searched = point_matches(about, probe, query, count), len(probe)
            rest = sounds.note if space.progress is None else f"{space.progress.text.rstrip('.')}."
            only = "Only" if space.progress is None else "So far"
            note = f"{only} the {searched:,} clips of the map were searched. {rest}"
        else:
            raise UserError("This run has no snapshot to search yet.")
        anchors = () if probe is None else anchors_among(probe, query)
        snapshot = nearest_step(run.snapshots(), step)
        place = self._place(run, snapshot, probe, anchors)
        placed = None if place is None else snapshot
        return Matches(name, step, matches, searched, space.whole is not None, note, place, placed, anchors)

    def _compared(self, run: RunFolder, step: int, vectors: np.ndarray) -> SoundComparison:
        """By embeddings (2, D) of a step, centred as the probe is there."""
        snapshot = nearest_step(run.snapshots(), step)
        return compared(
            step, _units(run, snapshot, vectors), None if snapshot is None else unit_embeddings(run, snapshot)
        )

    def _listening(self, run: RunFolder, step: int | None) -> int:
        """The weights to search with: the newest where no step is asked for."""
        return self._newest.step(run) if step is None else kept_step(run, step)

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


def _units(run: RunFolder, snapshot: int | None, vectors: np.ndarray) -> np.ndarray:
    """Rows of `vectors` (n, D) centred as the probe is at `snapshot`, of length 1."""
    middle = None if snapshot is None else centre(run, snapshot)
    return unit_rows(vectors if middle is None else vectors - middle)


def _audible(waveform: np.ndarray) -> np.ndarray:
    sound = np.asarray(waveform, dtype=np.float32)
    if sound.ndim != 1 or not len(sound) or not np.isfinite(sound).all():
        raise UserError("This is no sound: one channel of finite samples was expected.")
    return sound
