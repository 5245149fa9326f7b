"""The one list of suspects of a run's snapshot, each with its reason in words and the clips to hear beside it."""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from explorer.runs.bundle import Bundle
from explorer.runs.neighbours import nearest_rows
from explorer.runs.snapshots import snapshot_hash, unit_embeddings
from explorer.sounds.windows import window_words
from explorer.suspects import KINDS
from explorer.suspects.apart import (
    CLIPPED_SHARE,
    SILENT_DB,
    clipped_share,
    far_out,
    outliers,
    peak_db,
)
from explorer.suspects.copies import Pair, copies
from explorer.suspects.labels import doubts
from training.data.dataset import Dataset
from training.data.labels import FILE_FACET
from training.run import RunFolder
from training.units import counted

MOST = 200
"""Of each kind."""
BESIDE = 3
MOST_TIMES = 20
CAUTION = (
    "Neighbours are no better here than those of random weights, so what they say of labels means little. "
    "Choose a run whose neighbours are better."
)
UNLABELLED = "These clips have no labels, so none is doubted."
"""Which recording a clip is from is no matter of opinion."""
BUSY = "The suspects are being looked for; the list comes in a moment."
WAIT_SECONDS = 1.0
"""For whoever asks while another one is answered: so many threads that wait would leave none for anything else."""
KEPT = 8
_turn = threading.Lock()
_kept: OrderedDict[tuple[str, str, str], "list[Suspect] | None"] = OrderedDict()
"""By the run's folder, the hash of its snapshot and the fingerprint of the sounds; the newest last."""


class Busy(Exception):
    """Others are being looked for; ask again in a moment."""


@dataclass(frozen=True)
class Suspect:
    """One clip of the run, by its row."""

    kind: str
    row: int
    reason: str
    beside: tuple[int, ...]
    """Rows of the clips to hear next to it."""
    also: tuple[int, ...] = ()
    """Rows of more clips of its file of which the same is to be said."""


def suspects(run: RunFolder, dataset: Dataset | None, *, all_copies: bool = False) -> dict[str, Any] | None:
    """Suspects of assets/js/core/types.d.ts, of the newest snapshot; None where there is none yet. Takes seconds the first
    time. `dataset`: the run's sounds where they are at hand; without them silent and clipped ones stay unknown.
    `all_copies`: every clip that is one by itself, also beyond MOST, not file by file. Raises Busy.
    """
    steps = run.snapshots()
    key = snapshot_hash(run, steps[-1]) if steps else None
    if key is None:
        return None
    found = _once(run, steps[-1], key, dataset)
    if found is None:
        return None
    about = Bundle(run).points()
    if not all_copies:
        copied = [one for one in found if one.kind == "copy"]
        if dataset is not None:
            copied = by_file(copied, [dataset.files[clip] for clip in about.clips])
        found = [one for one in found if one.kind != "copy"] + copied[:MOST]
    rows = [
        {
            "kind": one.kind,
            "clip": about.clips[one.row],
            "label": about.labels(one.row).get(about.main_facet, ""),
            "reason": one.reason,
            "beside": [
                {"clip": about.clips[r], "label": about.labels(r).get(about.main_facet, "")} for r in one.beside
            ],
            "also": [about.clips[r] for r in one.also],
        }
        for one in found
    ]
    facet = "" if about.main_facet == FILE_FACET else about.main_facet
    caution = UNLABELLED if not facet else "" if better_than_random(run, facet) else CAUTION
    heard = dataset is not None
    about_all = {"step": steps[-1], "facet": facet, "kinds": KINDS, "most": MOST}
    return {**about_all, "rows": rows, "heard": heard, "caution": caution}


def better_than_random(run: RunFolder, facet: str) -> bool:
    """Whether the run's neighbours tell labels better than those of its random initialisation, as far as that is known."""
    knn = next((value for curve, value in run.latest() if curve.key == "measure/cross_group_knn"), None)
    facets = run.baselines().get("cross_group_knn")
    lines = facets.get(facet) if isinstance(facets, dict) else None
    random = lines.get("random_init") if isinstance(lines, dict) else None
    return knn is None or not isinstance(random, int | float) or knn > random


def _once(run: RunFolder, step: int, key: str, dataset: Dataset | None) -> list[Suspect] | None:
    """What `_found` finds, kept for the next who ask. Of several who ask at once one computes."""
    about = (str(run.path), key, "" if dataset is None else dataset.fingerprint)
    with contextlib.suppress(KeyError):
        return _kept[about]
    if not _turn.acquire(timeout=WAIT_SECONDS):
        raise Busy(BUSY)
    try:
        if about not in _kept:
            _kept[about] = _found(run, step, dataset)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        return _kept[about]
    finally:
        _turn.release()


def _found(run: RunFolder, step: int, dataset: Dataset | None) -> list[Suspect] | None:
    about, units = Bundle(run).points(), unit_embeddings(run, step)
    if units is None or len(units) != len(about):
        return None
    found = []
    if about.main_facet in about.facets and about.main_facet != FILE_FACET:
        names, codes = about.facets[about.main_facet]
        found += of_labels(units, np.array(codes), names)
    found += _copies(units, dataset, about.clips)
    found += _outliers(units)
    return found + ([] if dataset is None else _of_sounds(dataset, about.clips))


def of_labels(units: np.ndarray, codes: np.ndarray, names: tuple[str, ...]) -> list[Suspect]:
    """Clips whose neighbours have another label, the surest first."""
    doubted = doubts(units, codes)
    order = np.argsort(-doubted.score, kind="stable")
    return [
        Suspect(
            "label",
            int(doubted.rows[i]),
            f"{doubted.share[i]:.0%} of the vote of its nearest clips is for {names[doubted.other[i]]}, "
            f"{doubted.own[i]:.0%} for its own label.",
            _nearest(units, int(doubted.rows[i])),
        )
        for i in order[:MOST]
        if doubted.score[i] > 0
    ]


def _copies(units: np.ndarray, dataset: Dataset | None, clips: tuple[int, ...]) -> list[Suspect]:
    """Each clip once, with the surest of its copies behind it: without all that are listed, one of each recording stays."""
    of: dict[int, list[Pair]] = {}
    for pair in copies(units, None if dataset is None else lambda row: dataset.waveform(clips[row])):
        of.setdefault(pair.row, []).append(pair)
    return [
        Suspect("copy", row, _why_a_copy(pairs[0], dataset, clips), tuple(pair.other for pair in pairs[:BESIDE]))
        for row, pairs in of.items()
    ]


def by_file(copied: list[Suspect], files: Sequence[str]) -> list[Suspect]:
    """The same copies, those of one file (n,) that are copies of clips of one other file as one, by the surest of them."""
    of: dict[tuple[str, str], list[Suspect]] = {}
    for one in copied:
        of.setdefault((files[one.row], files[one.beside[0]]), []).append(one)
    return [
        replace(
            first,
            reason=f"{first.reason} The same holds of {counted(len(more), 'more clip')} of its file."
            if more
            else first.reason,
            also=tuple(one.row for one in more),
        )
        for first, *more in of.values()
    ]


def _why_a_copy(pair: Pair, dataset: Dataset | None, clips: tuple[int, ...]) -> str:
    if dataset is None or pair.alike is None:
        return f"Its embedding is nearly that of another clip: cosine {pair.cosine:.4f}."
    one, other = (dataset.waveform(clips[row]) for row in (pair.row, pair.other))
    called = _place(dataset, clips[pair.other])
    if np.array_equal(one, other):
        return f"Every sample is that of {called}."
    words = "Its sound is nearly that of {}: at the best shift the samples correlate at {:.2f}, and the embeddings' cosine is {:.4f}."
    return words.format(called, pair.alike, pair.cosine)


def _place(dataset: Dataset, clip: int) -> str:
    """The clip's file, and where it lies in it: which of two copies may go is a question of files."""
    return ", ".join(filter(None, [dataset.files[clip], window_words(dataset, clip)]))


def _outliers(units: np.ndarray) -> list[Suspect]:
    factor = outliers(units)
    words = "It lies {} times as far from its nearest clips as these from theirs."
    return [
        Suspect("outlier", int(row), words.format(_times(factor[row])), _nearest(units, int(row)))
        for row in far_out(factor)[:MOST]
    ]


def _times(factor: float) -> str:
    return f"{factor:.1f}" if factor < MOST_TIMES else f"more than {MOST_TIMES}"


def _of_sounds(dataset: Dataset, clips: tuple[int, ...]) -> list[Suspect]:
    silent, clipped = [], []
    for row, clip in enumerate(clips):
        samples = dataset.waveform(clip)
        peak = peak_db(samples)
        share, how = _clipped(dataset, clip, samples)
        if peak < SILENT_DB:
            words = "Every sample is zero." if peak == -np.inf else f"Its loudest sample is at −{-peak:.0f} dB."
            silent.append(Suspect("silent", row, words, ()))
        elif share > CLIPPED_SHARE:
            clipped.append((share, Suspect("clipped", row, f"{share:.1%} of its samples {how}.", ())))
    clipped.sort(key=lambda one: -one[0])
    return silent[:MOST] + [one for _, one in clipped[:MOST]]


def _clipped(dataset: Dataset, clip: int, samples: np.ndarray) -> tuple[float, str]:
    """Which share of a clip is clipped, and how: as its file was heard where it was decoded, where that is known."""
    if dataset.clipped is None:
        return clipped_share(samples), "stand at full scale"
    return float(dataset.clipped[clip]), "are cut off, at its recording's largest value or at full scale"


def _nearest(units: np.ndarray, row: int) -> tuple[int, ...]:
    return tuple(n.row for n in nearest_rows(units, units[row], BESIDE, leave_out=row))
