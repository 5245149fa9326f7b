"""What can be done wrong on purpose, under one name each: a part that is taken out, or a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from training.breaks import BREAKS
from training.breaks.mistakes import MISTAKES, mistakes_of
from training.config import RunConfig
from training.errors import UserError

PART, MISTAKE = "part:", "mistake:"
"""Begin the names; assets/js/forms/form_line.js reads them."""

CALLED = {"ema": "EMA", "stop_gradient": "stop-gradient"}
"""Parts that are called otherwise than their name in words."""
DOES: Mapping[str, str] = {
    "stop_gradient": "The gradient flows into both sides of the comparison, so that each also moves towards the other.",
    "predictor": "The two sides are compared directly, without the small network that stands on one of them.",
    "ema": "The target is the network of this very step, and no slow copy of it.",
    "projector_norm": "The projector ends with its last linear layer, without the normalisation over the batch.",
    "centring": "The mean of the teacher's answers is no longer taken off them.",
    "sharpening": "The teacher's answers are softened as little as any: its temperature is 1.",
    "negatives": "Two views of a clip are pulled together, and no other clip is pushed away.",
    "positives_in_denominator": "The right answer is no longer among those that it is compared with.",
    "variance": "Nothing asks any more that each number of the projection varies over the batch.",
    "covariance": "Nothing asks any more that the numbers of the projection say different things.",
    "invariance": "Nothing asks any more that two views of a clip get the same projection.",
    "redundancy": "Only the diagonal of the cross-correlation counts; off it anything may stand.",
    "shuffle": "Keys are normalised in the same groups as the queries that they belong to.",
    "uniformity": "Two views of a clip are pulled together, and nothing asks that clips are spread over the sphere.",
    "length_penalty": "Projections may be as long as they like.",
    "sinkhorn": "Views are assigned to prototypes as their scores fall, without sharing the prototypes out evenly.",
    "balance": "Each clip is drawn once an epoch, however large the cluster that it lies in.",
    "reassignment": "A cluster that has lost its clips stays empty.",
    "diversity": "Nothing asks any more that all codes are used.",
    "mask_growth": "Every block hides the frame and its neighbours alone, however far it sees by then.",
    "gap": "The slices that are told from each other follow each other without a gap.",
}
"""What is done where a part is taken out, in one sentence that doesn't give away what comes of it."""


@dataclass(frozen=True)
class Wrong:
    """One thing that can be done wrong with a method."""

    title: str
    """What follows the method's name: "without predictor", "with temperature 10"."""
    does: str
    """What is done, in one sentence."""
    expected: str
    """What should happen, in one sentence."""
    breaks: tuple[str, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings by name, as `training run --set` takes them."""


FAMOUS = (
    ("simclr", f"{MISTAKE}high_temperature"),
    ("byol", f"{PART}predictor"),
    ("byol", f"{PART}stop_gradient"),
    ("byol", f"{PART}ema"),
    ("vicreg", f"{PART}variance"),
)
"""(method, what is done wrong with it) that say most; one of them does no harm, contrary to what most expect."""


def wrongs_of(method: str) -> dict[str, Wrong]:
    """By name, all that can be done wrong with a method: the parts first."""
    parts = {
        f"{PART}{name}": Wrong(
            f"without {CALLED.get(name, name.replace('_', ' '))}", DOES[name], part.expected, breaks=(name,)
        )
        for name, part in BREAKS.get(method, {}).items()
    }
    mistakes = {
        f"{MISTAKE}{name}": Wrong(
            f"with {MISTAKES[name].title}", MISTAKES[name].does, MISTAKES[name].expected, overrides=overrides
        )
        for name, overrides in mistakes_of(method).items()
    }
    return parts | mistakes


def broken(config: RunConfig, wrong: str) -> RunConfig:
    """The run with this done wrong, and nothing else. Raises UserError where the method can't be broken so."""
    found = wrongs_of(config.method).get(wrong)
    if found is None:
        offered = ", ".join(wrongs_of(config.method))
        raise UserError(f"With the method {config.method} {wrong!r} can't be done wrong; what can is: {offered}.")
    changed: dict[str, dict[str, Any]] = {"method": {}, "views": {}, "": {}}
    for name, value in found.overrides.items():
        owner, _, setting = name.rpartition(".")
        changed[owner][setting] = value
    return replace(
        config,
        settings={**config.settings, **changed["method"]},
        views={**config.views, **changed["views"]},
        breaks=found.breaks or config.breaks,
        **changed[""],
    )
