"""How well each facet of the labels can be told from the embeddings, snapshot by snapshot, beside what needs no training.

Two questions, each asked across sources: *kNN* (do clips of a label lie together?) and the *linear probe* (is there a direction
for it?). Facets with an order, such as pitch, are treated as classes like any other, so that all facets share one scale and one
chance line.
Shapes: n probe clips, D width of features.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.config import RunConfig
from training.data.dataset import Progress
from training.evenly import evenly_spaced
from training.knowledge.kept import UNTRAINED, as_kept
from training.knowledge.material import Material
from training.knowledge.sample import fair_sample
from training.measures.knn import CROSS_GROUP_KNN, knn_accuracy
from training.measures.probe import probe_accuracy
from training.probe import commonest_share, log_mel_statistics, mfcc_statistics
from training.run import RunFolder
from training.settings import as_stored, build
from training.spectrogram import FrontEnd

MOST_FACETS = 12
MOST_LABELS = 100
"""Facets with more, such as the names of files, are left out."""
PROBE_CLIPS = 1000
"""The probe is fitted to at most so many clips: one of 3,000 takes half a minute."""
MOST_SNAPSHOTS = 100
"""Of which kNN is told."""


@dataclass(frozen=True)
class AskedFacet:
    """One way to label the clips, and from which sources it is asked."""

    name: str
    codes: np.ndarray
    """(n,) int64, -1 for unlabelled."""
    groups: np.ndarray
    """(n,) int64: a clip is judged by those of other groups alone."""
    is_group: bool

    @property
    def chance(self) -> float:
        """Accuracy of always naming the commonest label."""
        return commonest_share(self.codes)

    def knn(self, x: Tensor) -> float:
        """Cross-group kNN of features (n, D)."""
        return knn_accuracy(x, torch.from_numpy(self.codes), torch.from_numpy(self.groups))

    def probe(self, x: Tensor) -> float | None:
        """Accuracy of the linear probe on features (n, D)."""
        known = np.flatnonzero(self.codes >= 0)
        taken = known[fair_sample(self.codes[known], self.groups[known], PROBE_CLIPS)]
        return probe_accuracy(x.numpy()[taken], self.codes[taken], self.groups[taken])


def facets_of(material: Material) -> list[AskedFacet]:
    """The main facet first, the group last. The group itself is asked across recordings, the others across groups; but for the main
    facet, those are left out of which no label can be told so.
    """
    ordered = sorted(material.facets, key=lambda name: (name != material.main_facet, name == material.group))
    found = []
    for name in ordered:
        codes, is_group = material.facets[name], name == material.group
        if 1 < len(np.unique(codes[codes >= 0])) <= MOST_LABELS:
            groups = material.recordings if is_group else material.groups
            is_told = name == material.main_facet and not is_group
            if len(np.unique(groups)) > 1 and (is_told or not _is_one_each(codes, groups)):
                found.append(AskedFacet(name, codes, groups, is_group))
    return found[:MOST_FACETS]


def _is_one_each(codes: np.ndarray, groups: np.ndarray) -> bool:
    """Whether no label has a second group from which it could be told."""
    labelled = codes >= 0
    return len(np.unique(np.stack([codes, groups])[:, labelled], axis=1).T) == len(np.unique(codes[labelled]))


def facets(material: Material, progress: Progress) -> Iterator[dict[str, Any]]:
    """The part `facets`, again and again, each time with more of it: kNN at once, then the probes one by one."""
    asked = facets_of(material)
    embedded = {step: h for step in material.steps if (h := material.embeddings(step)) is not None}
    rows = {facet.name: _row(material, facet, embedded) for facet in asked}
    about = {"step": material.steps[-1], "clips": len(material.ids), "note": _note(material, asked)}
    yield {**about, "facets": list(rows.values())}
    plain = _plain(material)
    count = (len(plain) + len(embedded)) * len(asked)
    done = 0
    for name, made in plain.items():
        x = made()
        for facet in asked:
            done += 1
            progress(done / count, f"What {name.replace('_', '-')} tells of {facet.name}")
            rows[facet.name]["baselines"][name] = {"knn": as_kept(facet.knn(x)), "probe": as_kept(facet.probe(x))}
    for place, (step, h) in reversed([*enumerate(embedded.items())]):  # the newest first
        for facet in asked:
            done += 1
            progress(done / count, f"What step {step:,} tells of {facet.name}")
            told = as_kept(facet.probe(h))
            rows[facet.name]["probe"]["values"][place] = told
            if step == 0:
                rows[facet.name]["baselines"]["random_init"]["probe"] = told
        yield {**about, "facets": list(rows.values())}


def _row(material: Material, facet: AskedFacet, embedded: dict[int, Tensor]) -> dict[str, Any]:
    steps = list(embedded)
    knn = _logged(material, facet) or {"steps": steps, "values": [as_kept(facet.knn(h)) for h in embedded.values()]}
    untrained = dict(zip(knn["steps"], knn["values"], strict=True)).get(0)
    lines = {"random_init": untrained, **baselines_of(material, facet)}  # no line is kept of the group
    return {
        "facet": facet.name,
        "labels": len(np.unique(facet.codes[facet.codes >= 0])),
        "group": facet.is_group,
        "chance": facet.chance,
        "knn": knn,
        "probe": {"steps": steps, "values": [None] * len(steps)},
        "baselines": {name: {"knn": lines.get(name), "probe": None} for name in UNTRAINED},
    }


def baselines_of(material: Material, facet: AskedFacet) -> dict[str, float]:
    """The kNN that baselines.json keeps of a facet."""
    lines = material.run.baselines().get("cross_group_knn")
    found = lines.get(facet.name) if isinstance(lines, dict) else None
    return {k: float(v) for k, v in found.items() if type(v) in (int, float)} if isinstance(found, dict) else {}


def _logged(material: Material, facet: AskedFacet) -> dict[str, Any] | None:
    """What the trainer measured at each snapshot; None where it did not, as of the group."""
    key = f"{CROSS_GROUP_KNN.curve.key}/{facet.name}"
    rows = [(row["step"], row[key]) for row in material.run.metrics() if type(row.get(key)) in (int, float)]
    chosen = [rows[i] for i in evenly_spaced(len(rows), MOST_SNAPSHOTS)]
    return {"steps": [step for step, _ in chosen], "values": [float(v) for _, v in chosen]} if chosen else None


def _plain(material: Material) -> dict[str, Callable[[], Tensor]]:
    """Features that nobody had to learn, where the sounds are at hand."""
    dataset, clips = material.dataset, material.clips
    if dataset is None:
        return {}
    front_end = front_end_of(material.run)
    return {
        "log_mel": lambda: log_mel_statistics(dataset, clips, front_end),
        "mfcc": lambda: mfcc_statistics(dataset, clips),
    }


def front_end_of(run: RunFolder) -> FrontEnd:
    """As the run's own model hears; the default one of a run that is only watched. Raises UserError for wrong settings."""
    if run.watched:
        return FrontEnd()
    return build(FrontEnd, as_stored(FrontEnd, RunConfig.from_json(run.config()).front_end), "The front end")


def _note(material: Material, asked: list[AskedFacet]) -> str:
    if not asked:
        return "These clips have no labels that several sources share, so nothing can be told of them."
    return "" if material.dataset is not None else f"Log-mel and MFCC are missing: {material.note}"
