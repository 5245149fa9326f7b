"""Which parts can be taken out of which method, and what should happen then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from training.breaks import replacing


@dataclass(frozen=True)
class Break:
    """One part that can be taken out."""

    expected: str
    """What should happen, in one sentence."""
    replace: Callable[[Any], None] = lambda method: None
    """Changes the built method in place."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the method that take the part out, whatever was set and whatever their range."""


FEW_DIRECTIONS = "The projections fall into a few directions within seconds, while the loss looks better than ever."
GAP = Break(
    "Edges of neighbouring slices share samples and give the answer away: the loss falls lower and less is learned.",
    settings={"gap_seconds": 0.0},
)

OF_SIMCLR = {
    "negatives": Break(
        "Views of a clip are pulled together and nothing is pushed apart: all clips become one point.",
        replacing.pulled_together_alone,
    ),
    "positives_in_denominator": Break(
        "The loss has no floor any more and falls on; as much is learned, in small batches more (Yeh et al. 2021, arXiv 2110.06848).",
        replacing.positive_left_out,
    ),
}

OF_A_QUEUE = {
    "shuffle": Break(
        "BatchNorm tells which keys belong to which queries: the loss falls lower and less is learned.",
        replacing.keys_in_order,
    ),
    "ema": Break(
        "Old keys in the queue lie elsewhere than new ones: to be new is enough to be found.",
        replacing.target_of_now,
    ),
}
"""What may be taken out of a method whose keys wait in a queue."""

BREAKS: Mapping[str, Mapping[str, Break]] = {
    "byol": {
        "stop_gradient": Break(FEW_DIRECTIONS, replacing.learns_on_both_sides),
        "predictor": Break(
            "The projections come to agree in ever fewer directions: the rank falls, while their spread may even grow.",
            replacing.without("predict"),
        ),
        "ema": Break(
            "Nothing collapses: with predictor and stopped gradient the target may be the network itself, as in SimSiam.",
            replacing.target_of_now,
        ),
        "projector_norm": Break(
            "All clips are nearly one point at the start, and it takes long to leave it.", replacing.without_last_norm
        ),
    },
    "byol_a": {
        "stop_gradient": Break(FEW_DIRECTIONS, replacing.learns_on_both_sides),
        "predictor": Break(
            "The projections shrink towards one point, and the loss to 0.", replacing.without("predict")
        ),
        "ema": Break("Nothing collapses, as in SimSiam; it may learn less steadily.", replacing.target_of_now),
    },
    "simsiam": {
        "stop_gradient": Break(FEW_DIRECTIONS, replacing.without("stop_gradient")),
        "predictor": Break(
            "The loss reaches −1 and the projections fall into few directions.", replacing.without("predict")
        ),
        "projector_norm": Break(
            "All clips are nearly one point at the start, and it takes long to leave it.", replacing.without_last_norm
        ),
    },
    "dino": {
        "stop_gradient": Break("Both sides agree on one answer for all clips.", replacing.learns_on_both_sides),
        "ema": Break(
            "The teacher changes as quickly as the student, and both soon give the same answer for nearly all clips.",
            replacing.target_of_now,
        ),
        "centring": Break(
            "The teacher soon names the same prototype for every clip, and the loss goes to 0.",
            settings={"centre_momentum": 1.0},
        ),
        "sharpening": Break(
            "The teacher names all prototypes alike, and the loss stays at ln K.",
            settings={"teacher_temperature": 1.0},
        ),
    },
    "simclr": OF_SIMCLR,
    "simclr_v2": OF_SIMCLR,
    "vicreg": {
        "variance": Break("All outputs become constant: one point.", settings={"variance_weight": 0.0}),
        "covariance": Break(
            "The outputs say the same: their spread stays, the rank falls.", settings={"covariance_weight": 0.0}
        ),
        "invariance": Break(
            "Outputs are spread and unlike each other, and say nothing that the two views share.",
            settings={"invariance_weight": 0.0},
        ),
    },
    "barlow_twins": {
        "redundancy": Break(
            "All outputs may say the same: the rank falls, while their spread looks well.",
            settings={"redundancy_weight": 0.0},
        ),
    },
    "moco_v1": OF_A_QUEUE,
    "moco_v2": OF_A_QUEUE,
    "moco_v3": {
        "stop_gradient": Break(
            "The other clips still keep it from collapsing, as in SimCLR.", replacing.learns_on_both_sides
        ),
        "predictor": Break("The other clips still keep it from collapsing.", replacing.without("predict")),
        "ema": Break("The other clips still keep it from collapsing.", replacing.target_of_now),
    },
    "align_uniform": {
        "uniformity": Break(
            "All clips become one point, and a loss of 0 looks perfect.", settings={"uniform_weight": 0.0}
        ),
    },
    "n_pair": {
        "length_penalty": Break(
            "Projections grow without end, and the loss falls without anything being told better apart.",
            settings={"length_weight": 0.0},
        ),
    },
    "swav": {
        "sinkhorn": Break(
            "Nothing keeps the prototypes equally full: all views fall to one of them, and the loss to 0.",
            replacing.shares_as_they_fall,
        ),
        "projector_norm": Break(
            "Projections are nearly parallel at the start, and the views hard to tell apart.",
            replacing.without_last_norm,
        ),
    },
    "deepcluster": {
        "balance": Break(
            "Large clusters are drawn more often than small ones and draw more clips in.", replacing.drawn_evenly
        ),
    },
    "online_kmeans": {
        "reassignment": Break(
            "Small clusters vanish and the others grow until few are left.", settings={"small_part": 0.0}
        ),
    },
    "data2vec": {
        "ema": Break(
            "The targets move with the student, and the layers may become the same for all moments.",
            replacing.target_of_now,
        ),
    },
    "wav2vec2": {
        "diversity": Break(
            "Fewer codes stay in use, so that distractors are equal to the true code and don't count.",
            settings={"diversity": 0.0},
        ),
    },
    "npc": {
        "mask_growth": Break(
            "The frame leaks into its own description: the loss is near 0 and nothing is learned.",
            replacing.gap_of_one_size,
        ),
    },
    "audio2vec_cbow": {"gap": GAP},
    "audio2vec_skipgram": {"gap": GAP},
}
"""By method and by name. Where nothing is declared, no card says what happens without a part."""

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
"""What is done where a part of this name is taken out of any method, in one sentence that doesn't give away what comes of it."""
