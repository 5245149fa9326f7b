"""What is held against other runs of one that is finished: the measures of its last snapshot, and the judgement on it."""

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from training.comparing.settings import seed_of, settings_of
from training.errors import UserError
from training.knowledge.facets import facets_of
from training.knowledge.material import labelled
from training.measures.probe import PROBE
from training.run import RunFolder
from training.run.schema import BASELINES
from training.this_python import this_python
from training.verdicts import Verdict, judged_run


@dataclass(frozen=True)
class MeasuredRun:
    """One run."""

    run: RunFolder
    config: Mapping[str, Any]
    seed: int | None
    settings: str
    """The same text for runs that differ in their seed alone."""
    clips: str
    """The same for runs that are measured on the same clips by the same labels."""
    step: int
    seconds: float
    measures: Mapping[str, float]
    """Of the last snapshot, by name: kNN, the linear probe and all others that were logged; and the kNN of BASELINES."""
    verdict: Verdict


@dataclass(frozen=True)
class Spread:
    """One number of the runs of a row."""

    values: tuple[float, ...]
    """One a run, in the order of the row's."""

    @property
    def mean(self) -> float:
        """Over the runs."""
        return fmean(self.values)

    @property
    def std(self) -> float | None:
        """Standard deviation over the runs, divided by n − 1; None of a single one."""
        return stdev(self.values) if len(self.values) > 1 else None


def told_apart(run: RunFolder) -> tuple[int | None, str, str]:
    """Seed, settings and clips of MeasuredRun, for which nothing is measured. Of runs that have all of them in common the newest
    counts.
    """
    config = run.config()
    return seed_of(config), settings_of(config), _clips(run)


def measured(run: RunFolder) -> MeasuredRun:
    """Raises UserError where no row of the run's curves tells of a snapshot, and where nothing says of which clips they tell."""
    status, (seed, settings, clips) = run.status(), told_apart(run)
    readings, verdict = judged_run(run)
    if not readings.steps:
        raise UserError(_unmeasured(run))
    if not run.probe().get("ids"):
        raise UserError("Curves imported without sounds: nothing says which clips they were measured on.")
    baselines = {name: value for name in BASELINES if (value := readings.line(name)) is not None}
    return MeasuredRun(
        run=run,
        config=run.config(),
        seed=seed,
        settings=settings,
        clips=clips,
        step=status.step,
        seconds=status.seconds,
        measures={**readings.measures[-1], **baselines, **_probe(run, readings.steps[-1])},
        verdict=verdict,
    )


def _unmeasured(run: RunFolder) -> str:
    if not run.watched:
        return "Its curves are gone: no row of metrics.jsonl tells of a snapshot, and measure doesn't bring them back."
    if not run.snapshots():
        return "It holds curves alone: no row tells of a snapshot, and it keeps none that could be measured."
    measure = f"{this_python()} -m training measure {shlex.quote(str(run.path))}"
    return f"No snapshot was measured; {measure} does so where it can be."


def _clips(run: RunFolder) -> str:
    """A clip is known by its file's content and where in it it begins: how much of it is heard is the run's own setting."""
    probe = run.probe()
    facets, group, main = (probe.get(name) for name in ("facets", "group", "main_facet"))
    labels = [facets.get(name) for name in (group, main)] if isinstance(facets, dict) else []
    told = json.dumps([probe.get("ids"), group, main, labels], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _probe(run: RunFolder, step: int) -> dict[str, float]:
    """The linear probe of the main facet, which no run logs, as `training.knowledge` asks it; none where it can't be asked."""
    try:
        material = labelled(run)
    except UserError:
        return {}
    h = material.embeddings(step)
    facet = next((one for one in facets_of(material) if one.name == material.main_facet), None)
    value = facet.probe(h) if facet is not None and h is not None and not facet.is_group else None
    return {} if value is None else {PROBE.name: value}
