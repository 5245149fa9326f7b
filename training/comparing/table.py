"""The rows of a comparison: which runs repeat each other, what tells the rows apart, and how far apart they are."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from training.changed import changed_settings, method_words, value_words
from training.comparing.apart import Apart, apart
from training.comparing.measured import MeasuredRun, Spread, measured, told_apart
from training.data.dataset import Progress
from training.errors import UserError
from training.measures.knn import CROSS_GROUP_KNN
from training.methods import METHODS
from training.run import RunFolder, State


@dataclass(frozen=True)
class LeftOut:
    """A run that is not compared."""

    run: str
    why: str


@dataclass(frozen=True)
class Row:
    """Runs that differ in their seed alone."""

    runs: tuple[MeasuredRun, ...]
    """By seed."""
    differs: tuple[str, ...] = ()
    """In words, the settings that aren't as usual for the method, but for those that all rows on these clips share."""
    below: Apart | None = None
    """How its kNN lies below that of the row that all are held against, the first of several seeds or, without any, the first;
    None for that one itself, and where one of the two has none.
    """

    @property
    def method(self) -> str:
        """In words, what was taken out of it included."""
        return method_words(self.runs[0].config)

    @property
    def title(self) -> str:
        """The same as a paper says it: "SimCLR without positives in denominator"."""
        config = self.runs[0].config
        kind = None if config.get("watched") is True else METHODS.get(str(config.get("method")))
        named = config if kind is None else {**config, "method": kind.card.title}
        return method_words(named).replace("_", " ")

    @property
    def steps(self) -> Spread:
        """Of the optimiser."""
        return Spread(tuple(run.step for run in self.runs))

    @property
    def seconds(self) -> Spread:
        """Of training."""
        return Spread(tuple(run.seconds for run in self.runs))

    @cached_property
    def measures(self) -> dict[str, Spread]:
        """By name, those that all of its runs have."""
        shared = set.intersection(*(set(run.measures) for run in self.runs))
        return {name: Spread(tuple(run.measures[name] for run in self.runs)) for name in sorted(shared)}

    @property
    def knn(self) -> Spread | None:
        """By which rows are sorted; None where the clips have no labels to ask for."""
        return self.measures.get(CROSS_GROUP_KNN.name)

    @property
    def verdicts(self) -> dict[str, int]:
        """Title of a judgement → on how many of the runs it is passed, the commonest first."""
        return dict(Counter(run.verdict.title for run in self.runs).most_common())


@dataclass(frozen=True)
class OnClips:
    """All rows of runs that are measured on the same clips by the same labels."""

    rows: tuple[Row, ...]
    """The best first, by the mean of their kNN."""

    @property
    def hash(self) -> str:
        """Of the clips and their labels."""
        return self.rows[0].runs[0].clips

    @property
    def count(self) -> int:
        """How many clips."""
        ids = self.probe.get("ids")
        return len(ids) if isinstance(ids, list) else 0

    @property
    def probe(self) -> Mapping[str, Any]:
        """probe.json of one of them: the others' is as this one."""
        return self.rows[0].runs[0].run.probe()


@dataclass(frozen=True)
class Comparison:
    """Of several runs."""

    clips: tuple[OnClips, ...]
    left_out: tuple[LeftOut, ...]


def compared(runs: Sequence[RunFolder], progress: Progress) -> Comparison:
    """Read, and ask the linear probe of, all that are finished. Of runs with the same settings and seed the newest counts."""
    left_out: list[LeftOut] = []
    found: list[MeasuredRun] = []
    for number, run in enumerate(sorted(runs, key=lambda run: str(run.config().get("created", "")), reverse=True)):
        status = run.status()
        try:
            if status.state is not State.FINISHED:
                raise UserError(f"It is not finished: {status.state.replace('_', ' ')} at step {status.step:,}.")
            own = told_apart(run)
            same = next((one for one in found if (one.seed, one.settings, one.clips) == own), None)
            if same is not None:
                raise UserError(f"{same.run.name} has the same settings and seed, and is newer.")
            progress(number / len(runs), f"Measuring {run.name}")
            found.append(measured(run))
        except UserError as error:
            left_out.append(LeftOut(run.name, str(error)))
    progress(1.0, "All are measured")
    by_clips = [_on_clips(same) for same in _grouped(found, "clips")]
    return Comparison(tuple(by_clips), tuple(left_out))


def _grouped(runs: Iterable[MeasuredRun], by: str) -> list[list[MeasuredRun]]:
    groups: dict[str, list[MeasuredRun]] = {}
    for run in runs:
        groups.setdefault(getattr(run, by), []).append(run)
    return list(groups.values())


def _on_clips(runs: list[MeasuredRun]) -> OnClips:
    rows = [Row(tuple(sorted(same, key=lambda run: run.seed or 0))) for same in _grouped(runs, "settings")]
    rows.sort(key=lambda row: (row.knn is None, -row.knn.mean if row.knn else 0.0, row.method))
    held = next((row for row in rows if row.knn and len(row.runs) > 1), rows[0])  # a single run tells nothing of seeds
    told = zip(rows, _differing(rows), strict=True)
    return OnClips(
        tuple(
            replace(
                row,
                differs=differs,
                below=None if row is held or not (row.knn and held.knn) else apart(row.knn.values, held.knn.values),
            )
            for row, differs in told
        )
    )


def _differing(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """What tells each row from the others, beyond its method."""
    known = [changed_settings(row.runs[0].config) for row in rows]
    changed = [[(one.part, one.words) for one in each or () if one.name != "seed"] for each in known]
    trained = [set(told) for told, each in zip(changed, known, strict=True) if each is not None]
    shared = set.intersection(*trained) if len(trained) > 1 else set()
    words = [tuple(said for part, said in each if (part, said) not in shared) for each in changed]
    called = [(row.method, said) for row, said in zip(rows, words, strict=True)]
    alike = {name: [row for row, own in zip(rows, called, strict=True) if own == name] for name in called}
    return [(*name[1], *_unlike(row, alike[name])) for row, name in zip(rows, called, strict=True)]


def _unlike(row: Row, rows: Sequence[Row]) -> Iterator[str]:
    """Whatever is not the same in all of `rows`, such as what a loop of somebody else's says of itself."""
    every = [dict(_flat(json.loads(one.runs[0].settings))) for one in rows]
    for name, value in _flat(json.loads(row.runs[0].settings)):
        if any(other.get(name) != value for other in every):
            yield f"{name.replace('_', ' ')} {value_words(value)}"


def _flat(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield name, value
