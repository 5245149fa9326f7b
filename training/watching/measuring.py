"""What is measured afterwards of a run that Hearsight only watches, kept in the run's folder `measured`.

Its snapshots hold embeddings alone; from them and from the sounds come the same curves, columns and baselines that a run of
Hearsight's own has, by the same functions. One process at a time does so, under a lock of its own.
"""

import logging
import time
from collections.abc import Mapping
from contextlib import closing
from math import isnan
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training import columns
from training.baselines import plain_knn, with_random_init
from training.columns import ProbeEmbedded
from training.data.dataset import Progress
from training.data.progress import quiet
from training.measures import MEASURES, measured
from training.measures.measure import PREFIX, Embedded, singular_values
from training.measures.spread import ALIGNMENT
from training.probe import cross_group_votes, described, groups_of, labelled, measured_facets, measured_labels
from training.run import BeingWritten, MetricsReader, RunFolder, RunWriter, State, Status, reading
from training.run.schema import Curve, Schema
from training.spectrogram import FrontEnd
from training.verdicts import KINDS, in_status, judged_run
from training.watching.clips import WatchedClips, watched_clips

OF_VIEWS = frozenset({ALIGNMENT.name})
"""Measures that say nothing where a loop gives no two views of its clips."""
LARGEST = 1e9
"""No value of an embedding is beyond this."""
JUDGED_SECONDS = 30.0
"""So long the judgement on curves that grow is left as it is, where no snapshot asks for another."""
OTHERS_SECONDS = 300.0
"""So long another process that measures the same run is waited for."""

log = logging.getLogger(__name__)


class Measuring:
    """All that is added to one run. Kept while the run goes on, so that its sounds are opened once."""

    def __init__(self, run: RunFolder):
        self.run = run
        self._clips: WatchedClips | None = None
        self._complete = False
        self._judged = 0.0
        self._judged_of: tuple[int, ...] = ()
        """When its curves had been written that were judged, and whether the loop went on."""
        self._passed: set[tuple[int, int]] = set()
        """(step, time of the file) of snapshots that can't be measured, or were before the run's folder was copied."""

    def waiting(self) -> list[int]:
        """Steps whose snapshot was not measured since it was written, ascending."""
        found = [(step, _written(self.run.snapshot_path(step))) for step in self.run.snapshots()]
        newer = [
            one for one in found if one[1] > _written(self.run.added_snapshot_path(one[0])) and one not in self._passed
        ]
        self._passed |= {one for one in newer if self._measured_before(one[0])}
        return [one[0] for one in newer if one not in self._passed]

    def work(self, progress: Progress = quiet) -> int:
        """Measure what waits, and say how many snapshots these were. Raises BeingWritten where another process does so, UserError
        where nothing can be written there, and where the run names no clips that can be understood.
        """
        steps = self.waiting()
        begun = self._clips is not None or not self._incomplete()
        if not self.run.own_probe().get("files") or (begun and not steps):
            self._judge_again()
            return 0
        writer = RunWriter(self.run.added_path)
        try:
            clips = self._clips or self._begun(writer, progress)
            self._follow_resumes(writer)
            seconds = {row["step"]: row.get("seconds") for row in reversed(self.run.metrics())}
            for number, step in enumerate(steps):
                progress(number / len(steps), f"Measuring step {step:,}")
                self._measure(writer, clips, step, seconds.get(step))
            if self.run.snapshots():
                if clips.fingerprint and self._incomplete():
                    self._compare(writer, clips)
                self._complete = True
                self._judge(writer)
            progress(1.0, "All snapshots are measured")
        finally:
            writer.close()
        return len(steps)

    def finish(self, progress: Progress = quiet) -> None:
        """Measure what waits, or wait while another process does so, but not for ever. Raises UserError as `work` does."""
        until = time.monotonic() + OTHERS_SECONDS
        while True:
            try:
                self.work(progress)
                return
            except BeingWritten:
                if time.monotonic() > until:
                    raise
                progress(0.0, "Waiting for the process that measures this run.")
                time.sleep(1)

    def _incomplete(self) -> bool:
        """Whether it was never said what its measures are compared with; of a run without sounds that is tried once."""
        return not self._complete and not self.run.baselines()

    def _measured_before(self, step: int) -> bool:
        kept = (reading.read_arrays(self.run.added_snapshot_path(step)) or {}).get("snapshot")
        return kept is not None and kept.tobytes() == self._hash(step)

    def _hash(self, step: int) -> bytes:
        return bytes.fromhex(reading.sha256(self.run.snapshot_path(step), reading.MOST_ARRAY_BYTES) or "")

    def _begun(self, writer: RunWriter, progress: Progress) -> WatchedClips:
        """The clips, with all that is told of them before anything is measured."""
        probe = self.run.own_probe()
        clips = watched_clips(probe, progress)
        every, dataset = np.arange(len(clips.places)), clips.dataset
        about = described(dataset, every, str(probe.get("data", "")))
        whole = {"clips": list(clips.places), "fingerprint": clips.fingerprint, "note": clips.note}
        writer.write_probe({**about, **whole})
        told = columns.declared(dataset)
        of_sound = set() if clips.fingerprint else {each.column.name for each in columns.CLIP_COLUMNS}
        kept = tuple(column for column in told if column.name not in of_sound)
        writer.write_schema(Schema(curves=_curves(tuple(measured_facets(dataset))), columns=kept, verdicts=KINDS))
        if clips.fingerprint:
            writer.write_columns(columns.clip_values(dataset, every))
        self._clips = clips  # at last: what a full disk kept from being written is written another time
        return clips

    def _follow_resumes(self, writer: RunWriter) -> None:
        """What was measured after the step from which the loop was resumed no longer holds."""
        own, added = (
            [r["resumed_from"] for r in _rows(path) if "resumed_from" in r] for path in self.run.metrics_paths()
        )
        for back in own[len(added) :]:
            writer.append_metrics({"resumed_from": back})
            for step in [step for step in writer.snapshots() if step > back]:
                writer.drop_snapshot(step)

    def _measure(self, writer: RunWriter, clips: WatchedClips, step: int, seconds: float | None) -> None:
        """One snapshot, which the loop took after so many `seconds`."""
        at = _written(self.run.snapshot_path(step))
        arrays = self.run.snapshot(step) or {}
        h, z = (_vectors(arrays.get(name), len(clips.places)) for name in ("embeddings", "projections"))
        if h is None or len(h) < 2:
            self._passed.add((step, at))
            log.warning("Nothing can be measured of step %d of %s: its embeddings can't be read.", step, self.run.name)
            return
        first, second = (_vectors(arrays.get(f"views/{name}")) for name in ("first", "second"))
        z = h if z is None else z
        pair = (z, z) if first is None or second is None or first.shape != second.shape else (first, second)
        dataset, every = clips.dataset, np.arange(len(h))
        votes = cross_group_votes(h, dataset, every)
        labels, groups = measured_labels(dataset, every), groups_of(dataset, every)
        last = max((kept for kept in self.run.snapshots() if kept < step), default=None)
        was = None if last is None else _vectors((self.run.snapshot(last) or {}).get("embeddings"), len(h))
        before = None if was is None or was.shape != h.shape else (was, singular_values(was))
        embedded = Embedded(h, z, pair, labels, groups, dataset.main_facet, votes, before)
        left_out = OF_VIEWS if pair[0] is z else frozenset()
        values = {name: value for name, value in measured(embedded).items() if name not in left_out}
        of_clips = columns.snapshot_values(ProbeEmbedded(dataset, every, h, votes))
        kept = {f"columns/{name}": array for name, array in of_clips.items()}
        kept["snapshot"] = np.frombuffer(self._hash(step), np.uint8)  # of which this is told
        writer.write_snapshot(step, {"singular_values": embedded.sigma_h.float().numpy(), **kept})
        when = {"step": step} | ({} if seconds is None else {"seconds": seconds})
        writer.append_metrics({**when, **{PREFIX + name: value for name, value in values.items()}})

    def _compare(self, writer: RunWriter, clips: WatchedClips) -> None:
        """baselines.json: a run of the same clips is compared with the same as one of Hearsight's own."""
        every = np.arange(len(clips.places))
        knn = plain_knn(clips.dataset, every, FrontEnd())
        known = {facet: {k: None if isnan(v) else v for k, v in values.items()} for facet, values in knn.items()}
        asked = {"main_facet": clips.dataset.main_facet, "clips": labelled(clips.dataset, every)}
        lines: dict[str, Any] = {**asked, "cross_group_knn": known, "loss": None}
        writer.write_baselines(with_random_init(lines, self._untrained()))

    def _judge_again(self) -> None:
        """The judgement on curves that have none, or have grown since: a loop may log curves and never a snapshot."""
        status = self.run.status()
        of = (status.active, *map(_written, self.run.metrics_paths()))
        soon = time.monotonic() - self._judged < JUDGED_SECONDS
        if of == self._judged_of or (soon and status.active):
            return
        self._judged, self._judged_of = time.monotonic(), of
        if self.run.metrics() and status.verdict != judged_run(self.run)[1].to_json():
            with closing(RunWriter(self.run.added_path)) as writer:
                self._judge(writer)

    def _judge(self, writer: RunWriter) -> None:
        """As the trainer judges a run of its own; nothing is known of the method, and so nothing is told of causes."""
        verdict = judged_run(self.run)[1]
        if [verdict.kind] != [last.kind for last in writer.verdicts()[-1:]]:
            writer.append_verdict(verdict)
        writer.write_status(Status(State.FINISHED, step=verdict.step, **in_status(verdict)))

    def _untrained(self) -> Mapping[str, Any]:
        """The measures of step 0, by name, where the loop gave its embeddings before its first step."""
        rows = [row for row in _rows(self.run.metrics_paths()[1]) if row.get("step") == 0]
        return {key.removeprefix(PREFIX): value for row in rows for key, value in row.items() if key.startswith(PREFIX)}


def _curves(facets: tuple[str, ...]) -> tuple[Curve, ...]:
    of_measures = [measure.curves(facets) for measure in MEASURES.values()]
    return (*(of_one[0] for of_one in of_measures), *(curve for of_one in of_measures for curve in of_one[1:]))


def _vectors(array: np.ndarray | None, count: int | None = None) -> Tensor | None:
    """(n, D) float32; None where they are not `count` rows of numbers that one can compute with."""
    if array is None or array.ndim != 2 or not array.size or (count is not None and len(array) != count):
        return None
    found = torch.from_numpy(np.ascontiguousarray(array)).float()
    return found if bool((found.abs() <= LARGEST).all()) else None  # false for NaN


def _rows(path: Any) -> list[dict[str, Any]]:
    return MetricsReader(path).read()[0]


def _written(path: Any) -> int:
    """When a file was written, in nanoseconds; -1 where there is none."""
    try:
        return int(path.stat().st_mtime_ns)
    except OSError:
        return -1
