"""Whether a run learns or collapses, since when, what says so, why, and what to change.

    judged(readings, config) -> Verdict        judged_run(run) -> (readings, Verdict)

A judgement is read from the run's curves and baselines and from what its method is; the rest of the configuration decides
the likely cause and the remedy alone. docs/verdicts.md says how the rules were found and how well they do.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from training.bands import is_like_healthy
from training.run import WENT_WRONG, RunFolder
from training.run.schema import BASELINES, VerdictKind
from training.run.verdict import Evidence, Verdict
from training.verdicts.best import best_step
from training.verdicts.causes import cause_of
from training.verdicts.neighbours import above_random, labels_unheard, latest_knn, rising, unsure
from training.verdicts.readings import Readings
from training.verdicts.rules import RULES, alone, missing, too_early

__all__ = [
    "ALARMING",
    "COLLAPSES",
    "KINDS",
    "OPEN",
    "Evidence",
    "Readings",
    "Verdict",
    "in_status",
    "judged",
    "judged_run",
]

KINDS: tuple[VerdictKind, ...] = (
    VerdictKind("diverging", "Diverging", "The loss runs away."),
    VerdictKind(
        "complete_collapse", "Complete collapse", "All clips get nearly the same vector, so the loss means nothing."
    ),
    VerdictKind(
        "dimensional_collapse",
        "Dimensional collapse",
        "Only a few directions are used, so most of what tells sounds apart is lost.",
    ),
    VerdictKind(
        "trivial_solution", "Trivial solution", "The loss stays where a model that has learned nothing scores."
    ),
    VerdictKind("plateau", "Plateau", "Neither the loss nor the neighbours get better any more."),
    VerdictKind("learning", "Learning", "Sounds that are alike come to lie together."),
    VerdictKind("too_early", "Too early to tell", "Too little was trained for a judgement."),
    VerdictKind("one_snapshot", "One snapshot", "There is none from before the first step to compare it with."),
)
"""What may be told of a run; the title begins the sentence."""
COLLAPSES = ("complete_collapse", "dimensional_collapse")
ALARMING = ("diverging", *COLLAPSES, "trivial_solution")
"""Kinds that ask for something to be done."""
OPEN = ("too_early", "one_snapshot")
"""Kinds that pass no judgement."""
_BY_KIND = {kind.kind: kind for kind in KINDS}


def judged(readings: Readings, config: Mapping[str, Any]) -> Verdict:
    """The judgement as of the newest reading. `config` is config.json, or empty where there is none.

    No snapshot is the best where it is one of a collapse.
    """
    verdict, best = _judged(readings, config), best_step(readings)
    collapsed = verdict.kind in COLLAPSES and best is not None and best >= verdict.since_step
    return replace(verdict, best_step=None if collapsed else best)


def judged_run(run: RunFolder) -> tuple[Readings, Verdict]:
    """What a run's folder tells now, and the judgement on it, whoever wrote it. One that went wrong isn't told to train longer."""
    known = {} if run.watched else run.config()  # a run that is only watched may be called as it likes
    readings = Readings.of(run.metrics(), run.baselines(), known.get("method"), is_like_healthy(known))
    verdict = judged(readings, known)
    if verdict.kind == "too_early" and run.status().state in WENT_WRONG:
        verdict = replace(verdict, remedy="")
    return readings, verdict


def _judged(readings: Readings, config: Mapping[str, Any]) -> Verdict:
    step = readings.step
    for kind, rule in RULES:
        if kind in ("plateau", "learning") and too_early(readings):
            break
        found = rule(readings)
        if found is not None:
            about, words = _BY_KIND[kind], "; ".join(evidence.words for evidence in found.evidence)
            told = [f"{about.title} since step {found.since:,}: {words}."]
            told += [about.meaning] if kind in ALARMING else []
            told += [] if kind == "learning" else [_stand(readings)]
            cause, remedy = _why(kind, readings, config)
            return Verdict(
                kind, about.title, step, found.since, " ".join(filter(None, told)), found.evidence, cause, remedy
            )
    kind, words = ("too_early", "") if too_early(readings) else ("plateau", "nothing has got better than at the start.")
    few = kind == "plateau" and unsure(readings)
    if few:
        kind = "too_early"
        words = (
            f"the neighbours are above random initialisation by no more than chance makes of {readings.clips:,} clips."
        )
    elif kind == "plateau" and rising(readings):
        kind, words = "too_early", "the neighbours fell behind those of random weights, and are catching up."
    if alone(readings):
        kind, words = "one_snapshot", "there is none from before the first step to compare it with."
    title = _BY_KIND[kind].title
    told = [f"{title}: {words}" if words else f"{title}.", _stand(readings)]
    cause, remedy = _why(kind, readings, config)
    if kind == "too_early":
        remedy = missing(readings) or remedy or ("Train longer, or measure more clips." if few else "Train longer.")
    return Verdict(kind, title, step, 0, " ".join(filter(None, told)), cause=cause, remedy=remedy)


def _why(kind: str, readings: Readings, config: Mapping[str, Any]) -> tuple[str, str]:
    """Cause and remedy of an alarm, of labels that nothing hears, and of a plateau that is no better than random weights; else
    two empty texts.
    """
    if kind in ALARMING:
        return cause_of(kind, config)
    if beside := labels_unheard(readings):
        return (
            f"Nothing tells these labels apart, neither the model nor what needs no training ({beside}), so they say nothing of "
            "what was learned. Where a folder gives no labels, the names of its sub-folders are taken for them.",
            "Listen whether the labels can be heard at all, or give others (docs/data.md). The map and the nearest clips need none.",
        )
    if kind == "plateau" and not above_random(readings):
        return cause_of(kind, config, alarming=False)
    return "", ""


def in_status(verdict: Verdict) -> dict[str, Any]:
    """What status.json says of it: {"verdict", "warning", "warned_by"}."""
    alarming = verdict.kind in ALARMING
    measure = verdict.evidence[0].key.rpartition("/")[2] if alarming and verdict.evidence else ""
    return {"verdict": verdict.to_json(), "warning": verdict.sentence if alarming else "", "warned_by": measure}


def _stand(readings: Readings) -> str:
    """Where the neighbours stand against what needs no training."""
    knn = latest_knn(readings)
    if knn is None:
        return ""
    named = ("random_init", "mfcc", "chance")
    beside = [f"{BASELINES[name]} {value:.2f}" for name in named if (value := readings.line(name)) is not None]
    return f"kNN {knn:.2f} ({', '.join(beside)})." if beside else f"kNN {knn:.2f}."
