"""What is said of one recording, as a row of a table, the same on the page as of the command."""

import io
from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict

import numpy as np

from training.anomaly.reference import Reference, Scores
from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.names import write_table

COLUMNS = ("file", "score", "percentile", "above_threshold", "seconds", "nearest", "label")
KINDS = {True: "anomalous", False: "normal", None: ""}
UNLIKE = 2.0
"""Lengths are told where the one median is so many times the other."""


class Place(TypedDict):
    """A clip, by its file and where it begins in it."""

    file: str
    seconds: float


class Recording(TypedDict):
    """What is said of one recording."""

    file: str
    score: float
    percentile: float
    """The share, in per cent, of the run's own recordings that score lower."""
    seconds: float
    """Where its most unusual clip begins."""
    nearest: list[Place]
    """The run's own clips that are nearest to that one, the nearest first."""
    anomalous: bool | None
    """What its labels say."""
    threshold: float
    """The score above which 1 % of the run's own recordings lie."""
    group: NotRequired[str]
    """Its label, where it is judged beside the run's own recordings of that label alone."""


def row_of(
    file: str, begins: np.ndarray, scores: Scores, beside: Reference, own: Dataset, usual: np.ndarray, said: bool | None
) -> Recording:
    """What is said of a recording of which m clips begin at `begins` (m,), in seconds, and score so beside a reference, which is
    of the clips `usual` (n,) of the run's `own` data; `said`: what its labels say.
    """
    worst, score = int(scores.distances.argmax()), float(scores.distances.mean(dtype=np.float64))
    nearest = (int(usual[row]) for row in scores.nearest[worst])
    return {
        "file": file,
        "score": score,
        "percentile": beside.percentile(score),
        "seconds": float(begins[worst]),
        "nearest": [{"file": own.files[clip], "seconds": float(own.offsets_seconds[clip])} for clip in nearest],
        "anomalous": said,
        "threshold": beside.threshold,
    }


def most_unusual_first(recordings: Iterable[Recording]) -> list[Recording]:
    """As they are told: by score, or where groups have thresholds of their own by how far it is above that."""
    return sorted(recordings, key=lambda row: -row["score"] / (row["threshold"] if "group" in row else 1.0))


def is_above(row: Recording) -> bool:
    """Whether it is more unusual than nearly all of the run's own."""
    return row["score"] > row["threshold"]


def scores_table(recordings: Sequence[Recording]) -> str:
    """A CSV with a row a recording, in their order; of the nearest clips the file and the second; the group where there are any."""
    text, grouped = io.StringIO(), any("group" in row for row in recordings)
    write_table(
        text,
        (*COLUMNS, "group") if grouped else COLUMNS,
        (
            (
                row["file"], f"{row['score']:.4f}", f"{row['percentile']:.1f}", int(is_above(row)),
                f"{row['seconds']:g}", "; ".join(map(_in_words, row["nearest"])), KINDS[row["anomalous"]],
                *([row.get("group", "")] if grouped else []),
            )
            for row in recordings
        ),
    )  # fmt: skip
    return text.getvalue()


def seconds_of_recordings(dataset: Dataset) -> np.ndarray:
    """(R,): how long each recording of a data set is, all its clips together."""
    return np.bincount(dataset.recordings, dataset.lengths) / SAMPLE_RATE


def unlike_lengths(own: np.ndarray, asked: np.ndarray) -> str:
    """A sentence where recordings (R,) are of other lengths, in seconds, than a run's own; empty where they are alike.

    A mean over many clips is never as unusual as one clip may be, so the threshold of the one says little of the other.
    """
    usual, new = float(np.median(own)), float(np.median(asked))
    if usual / UNLIKE < new < usual * UNLIKE:
        return ""
    return (
        f"These recordings last {new:.3g} s and the run's own {usual:.3g} s, at the median: scores are means over a recording's "
        "clips, so cut them to like lengths before you trust percentile and threshold."
    )


def _in_words(place: Place) -> str:
    return f"{place['file']} {place['seconds']:g} s"
