"""The candidates for a shortcut, ranked by how much neighbours agree in them, and in one sentence what that means.

A candidate is named a *shortcut* where neighbours agree in it clearly more than in the label, by odds as well, and the label doesn't
account for it, and *inseparable* where it goes together with the label in this data, so that nobody can say which of them the model hears.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.data.dataset import Progress
from training.knowledge.agreement import (
    NEIGHBOURS,
    Agreement,
    Neighbourhood,
    agreement,
    association,
    binned,
    nearest,
    standard_error,
)
from training.knowledge.kept import as_kept
from training.knowledge.material import Material
from training.knowledge.properties import Among, Candidate, candidates
from training.knowledge.sample import fair_sample

MOST_CLIPS = 3000
"""Compared at most: every clip is compared with every other one."""
FEWEST_BINS, MOST_BINS = 2, 10
MOST_CANDIDATES = 30
CLEARLY = 0.05
"""An agreement must be larger than the label's by so much, and by SURE standard errors of the difference, to be named."""
SURE = 3.0
TOGETHER = 0.5
"""From this association on a candidate and the label can hardly be told apart."""
SHORTCUT, INSEPARABLE = "shortcut", "inseparable"


@dataclass(frozen=True)
class Compared:
    """One candidate beside the label, among the same neighbours but for sources; see `sources_of`."""

    candidate: Candidate
    agreement: float
    error: float
    """Standard error of `agreement`."""
    beyond: float
    """What of it the label doesn't account for."""
    label: float
    """The label's agreement among the same neighbours; among those from other sources where the candidate decides the label."""
    ahead: float
    """Standard errors of the difference that it is ahead of the label; negative behind it."""
    association: float
    odds_ahead: bool
    """Whether its odds are ahead of the label's, too: agreement alone favours what has fewer values."""
    told_apart: bool = False
    """Whether `beyond` accounts for label and source, so that a file is told from what is said in it, or the label is asked where
    the candidate can't be heard."""

    @property
    def judged(self) -> str:
        """SHORTCUT, INSEPARABLE, or nothing."""
        more = self.agreement - self.label > CLEARLY and self.ahead > SURE and self.odds_ahead
        if more and self.beyond > CLEARLY:
            return SHORTCUT
        together = self.association >= TOGETHER and self.agreement >= self.label / 2 and self.agreement > CLEARLY
        told_apart = self.told_apart or self.candidate.is_label or self.beyond > CLEARLY
        return INSEPARABLE if together and not told_apart else ""

    def row(self, course: list[float | None]) -> dict[str, Any]:
        """As it is kept, with its agreement at each step."""
        return {
            "name": self.candidate.name,
            "meaning": self.candidate.meaning,
            "among": self.candidate.among,
            "agreement": [as_kept(value) for value in course],
            "error": as_kept(self.error),
            "label": as_kept(self.label),
            "beyond": as_kept(self.beyond),
            "association": as_kept(self.association),
            "judged": self.judged,
        }

    def sentence(self, label: str) -> str:
        """What it means, in plain words; empty where nothing is to be said."""
        name = self.candidate.name
        if self.judged == SHORTCUT:
            may = "listen to" if self.candidate.among == "other groups" else "recognise the"
            return (
                f"Neighbours agree more in {name} ({_share_words(self.agreement)}) than in {label} ({_share_words(self.label)}): "
                f"the model may {may} {name}."
            )
        if self.judged == INSEPARABLE:
            return (
                f"In this data {name} goes together with {label} (association {_share_words(self.association)}): from neighbours "
                "nobody can say which of them the model listens to."
            )
        return ""


def compare(
    x: Tensor, label: np.ndarray, sources: Mapping[Among, np.ndarray], every: list[Candidate]
) -> tuple[Agreement, list[Compared]]:
    """The label's agreement by embeddings x (n, D), and all candidates, most agreement first; label and sources are (n,)."""
    labels, bins, pairs = torch.from_numpy(label), bins_for(label), jointly(label, sources["other groups"])

    @cache
    def among(which: Among) -> Neighbourhood:
        return nearest(x, torch.from_numpy(sources[which]))

    @cache
    def of_label(which: Among) -> Agreement:
        return agreement(labels, among(which))

    def compared(each: Candidate) -> Compared:
        codes = coded(each, bins)
        by_label = decides(codes, label)
        # Clips of one file have label and source in common: where other files have both, too, both are accounted for.
        within = each.among == "all" and not decides(pairs, codes)
        told = agreement(torch.from_numpy(codes), among(each.among), torch.from_numpy(pairs) if within else labels)
        # Where a source decides the label, the label is asked among other sources, and heard there without it.
        beside = of_label("other groups" if by_label else each.among)
        difference = told.each - beside.each
        error = standard_error(difference)
        return Compared(
            candidate=each,
            agreement=told.value,
            error=standard_error(told.each),
            beyond=told.beyond,
            label=beside.value,
            ahead=float(difference.nanmean()) / error if error > 0 else 0.0,
            association=association(codes, label),
            odds_ahead=told.odds > beside.odds,
            told_apart=within or (each.among != "other groups" and by_label),
        )

    known = [one for one in map(compared, every) if not math.isnan(one.agreement)]
    return of_label("other groups"), sorted(known, key=lambda one: -one.agreement)


def jointly(label: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(n,) int64: a code for each pair of label and group, -1 without a label."""
    pairs = np.unique(np.stack([label, groups]), axis=1, return_inverse=True)[1].ravel()
    return np.where(label >= 0, pairs, -1)


def decides(codes: np.ndarray, label: np.ndarray) -> bool:
    """Whether each value of `codes` (n,) has one label. Neighbours that share it then agree in the label anyway, so that the label
    is held against it among neighbours from other sources."""
    known = (codes >= 0) & (label >= 0)
    return len(np.unique(np.stack([codes, label])[:, known], axis=1).T) == len(np.unique(codes[known]))


def bins_for(label: np.ndarray) -> int:
    """Into how many bins numbers are cut: as many as there are labels, within bounds."""
    return min(max(len(np.unique(label[label >= 0])), FEWEST_BINS), MOST_BINS)


def coded(candidate: Candidate, bins: int) -> np.ndarray:
    """(n,) int64 codes of its values, -1 for none."""
    return binned(candidate.values, bins) if candidate.is_number else candidate.values


def shortcuts(material: Material, progress: Progress) -> dict[str, Any]:
    """The part `shortcuts`: every candidate beside the main facet, at the newest step, with its course from the first one."""
    label, steps = material.facets.get(material.main_facet), material.steps
    about = {"step": steps[-1], "label": material.main_facet, "neighbours": NEIGHBOURS, "bins": 0, "clips": 0}
    nothing: dict[str, Any] = {"steps": [], "agreement": [], "error": None, "candidates": [], "sentences": []}
    if label is None or len(np.unique(label[label >= 0])) < 2:
        note = "These clips have no labels, so there is nothing to hold shortcuts against."
        return {**about, **nothing, "note": note}
    chosen = fair_sample(label, material.groups, MOST_CLIPS)
    every = [each.of(chosen) for each in candidates(material)[:MOST_CANDIDATES]]
    sources: dict[Among, np.ndarray] = {
        "other groups": material.groups[chosen], "other recordings": material.recordings[chosen], "all": chosen,
    }  # fmt: skip
    found: dict[int, tuple[Agreement, list[Compared]]] = {}
    for number, step in enumerate(steps):
        progress(number / len(steps), f"Comparing neighbours at step {step:,}")
        h = material.embeddings(step)
        if h is not None:
            found[step] = compare(h[chosen], label[chosen], sources, every)
    if not found:
        return {**about, **nothing, "note": "The snapshots of this run can't be read."}
    of_label, newest = found[max(found)]
    courses = [{one.candidate.name: one.agreement for one in ranked} for _, ranked in found.values()]
    rows = [one.row([course.get(one.candidate.name) for course in courses]) for one in newest]
    return {
        **about,
        "step": max(found),
        "bins": bins_for(label),
        "clips": len(chosen),
        "steps": list(found),
        "agreement": [as_kept(told.value) for told, _ in found.values()],
        "error": as_kept(standard_error(of_label.each)),
        "candidates": rows,
        "sentences": said(newest, material.main_facet, of_label.value),
        "note": "" if material.dataset is not None else f"Levels of the sounds are missing: {material.note}",
    }


def said(ranked: list[Compared], label: str, agreement: float) -> list[str]:
    """One sentence for each candidate that is named; where none is, one that says so."""
    if not ranked:
        return []
    named = [sentence for one in ranked if (sentence := one.sentence(label))]
    none = (
        f"No shortcut was found: neighbours agree in {label} ({_share_words(agreement)}), and in nothing clearly more that {label} doesn't "
        "account for."
    )
    return named or [none]


def _share_words(value: float) -> str:
    """As the page writes shares: ".61"."""
    return f"{value:.2f}".replace("0.", ".", 1) if 0 <= value < 1 else f"{value:.2f}".replace("-0.", "−.")
