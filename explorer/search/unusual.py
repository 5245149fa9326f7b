"""How unusual a sound is, beside the clips of a run's map; and how unusual recordings are, beside the run's own."""

import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from explorer.runs.snapshots import embeddings, file_stamp
from training.anomaly.recording import Recording, row_of
from training.anomaly.reference import ALONE, Reference, reference_of
from training.anomaly.truth import said_anomalous
from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.windows import windows
from training.errors import UserError
from training.run import RunFolder

_one_at_a_time = threading.Lock()


def pieces(waveform: np.ndarray, dataset: Dataset) -> list[np.ndarray]:
    """A sound (S,) cut as its recordings were: into clips as long as the longest one of the data."""
    return [piece for _, piece in windows([waveform], int(dataset.lengths.max()))]


@dataclass(frozen=True)
class Usual:
    """A run's own recordings at one step, beside which others are scored as `python -m training anomalies` does."""

    step: int
    dataset: Dataset
    clips: np.ndarray
    """(n,): those of the data's clips that are compared with."""
    reference: Reference

    def recording(self, file: str, content: str, heard: np.ndarray) -> Recording:
        """What is said of a recording, by the embeddings (m, D) of its pieces; `content` is the hash of its file: of a recording
        of the data itself the own clips are left out.
        """
        own = self._numbers.get(f"{content}-0", ALONE)
        kept = heard.astype(np.float16).astype(np.float32)  # rounded as those of the run
        scores = self.reference.scores(kept, np.full(len(heard), own))
        begins = np.arange(len(heard)) * int(self.dataset.lengths.max()) / SAMPLE_RATE
        return row_of(file, begins, scores, self.reference, self.dataset, self.clips, said_anomalous(file))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Of the clips, by their ids, the recordings."""
        return dict(zip(self.dataset.ids, self.dataset.recordings.tolist(), strict=True))


def usual_of(step: int, dataset: Dataset, vectors: np.ndarray, clips: np.ndarray) -> Usual:
    """By the embeddings (n, D) of the data's `clips` (n,). Raises UserError where all are of one recording."""
    return Usual(step, dataset, clips, reference_of(vectors.astype(np.float32), dataset.recordings[clips]))


def more_unusual_than(
    run: RunFolder, step: int, dataset: Dataset, clips: np.ndarray, heard: np.ndarray, own: int | None
) -> float | None:
    """The share, in per cent, of the probe's `clips` (n,) that are less unusual than a sound at a snapshot.

    `heard` (m, D) are the embeddings of its pieces; `own` is the clip of the data that it is: its recording is left out, as
    that of each clip is. Clips and not recordings, since these are means of many clips, which are never as unusual as one clip
    may be. None where nothing can be compared.
    """
    stamp = file_stamp(run.snapshot_path(step))
    if stamp is None or not all(0 <= clip < len(dataset) for clip in clips):
        return None
    with _one_at_a_time:  # who asks of the same snapshot meanwhile finds it made
        reference = _reference(run.path, step, stamp, dataset.recordings[clips].tobytes())
        usual = np.empty(0) if reference is None else reference.of_clips
    if reference is None or heard.shape[1] != reference.embeddings.shape[1]:
        return None
    recording = ALONE if own is None else int(dataset.recordings[own])
    kept = heard.astype(np.float16).astype(np.float32)  # rounded as in the snapshot, where small directions tell it
    scores = reference.scores(kept, np.full(len(heard), recording))
    return 100 * float((usual < scores.distances.mean()).mean())


@lru_cache(maxsize=4)
def _reference(path: Path, step: int, stamp: Any, recordings: bytes) -> Reference | None:
    """`recordings`: (n,) int64, one for each row of the snapshot."""
    vectors, of = embeddings(RunFolder(path), step), np.frombuffer(recordings, np.int64)
    if vectors is None or len(vectors) != len(of):
        return None
    try:
        return reference_of(vectors, of)
    except UserError:  # all are of one recording
        return None
