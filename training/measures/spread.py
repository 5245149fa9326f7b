"""Whether the embeddings lie apart, and the views of one clip together.

Shapes:  x, y embeddings (n, D); y the other views of the same clips.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.measures.measure import ROWS_AT_ONCE, Measure
from training.measures.stage import Stage, of_stage
from training.run.schema import Curve, Line


def normalised_std(x: Tensor) -> float:
    """√D · mean over dimensions of std(x/‖x‖): about 1 when directions are spread evenly, 0 when all are one point.

    SimSiam (arXiv 2011.10566, section 4.1) compares std with 1/√D; multiplied by √D all widths share one scale.
    """
    unit = functional.normalize(x.float(), dim=1)
    return float(_deviation(unit).mean() * x.shape[1] ** 0.5)


def centred_std(x: Tensor) -> float:
    """Mean over dimensions of std(x), not normalised: equation 1 of VICReg (arXiv 2105.04906) without its hinge and ε.

    It has the embeddings' own scale. Blind to where they lie: a cloud far from the origin, whose normalised std is 0, keeps it.
    """
    return float(_deviation(x.double()).mean())


def _deviation(x: Tensor) -> Tensor:
    """Standard deviation of each dimension, divided by n: (D,). Tensor.std takes three times as long."""
    return (x - x.mean(0)).square_().mean(0).sqrt_()


NORMALISED_STD = Measure(
    Curve(
        "measure/normalised_std",
        "Normalised std",
        "std · √d",
        digits=2,
        meaning="How far the normalised projections spread: 1 is in all directions alike, 0 is collapse to one point. Healthy runs "
        "of methods whose loss compares no projections lie well below 1.",
        convention="projector output, √P · mean std(z/‖z‖), centred",
        source="arXiv 2011.10566",
        lines=(Line("even spread", 1.0),),
        collapse="lower",
    ),
    lambda embedded: normalised_std(embedded.z),
)

ENCODER_NORMALISED_STD = Measure(
    Curve(
        "measure/encoder_normalised_std",
        "Normalised std of the encoder",
        "std · √d",
        digits=2,
        meaning="How far the normalised embeddings themselves spread, before the projector; healthy encoders lie far below 1.",
        convention="encoder output, √D · mean std(h/‖h‖), centred",
        source="arXiv 2011.10566",
        collapse="lower",
    ),
    lambda embedded: normalised_std(embedded.h),
)

CENTRED_STD = Measure(
    Curve(
        "measure/centred_std",
        "Centred std",
        "std",
        digits=3,
        meaning="How far the projections spread around their mean, in their own scale; compare it with the run's own start.",
        convention="projector output, mean std(z), divided by n, not normalised, no ε",
        source="arXiv 2105.04906",
        collapse="lower",
    ),
    lambda embedded: centred_std(embedded.z),
)

ENCODER_CENTRED_STD = Measure(
    Curve(
        "measure/encoder_centred_std",
        "Centred std of the encoder",
        "std",
        digits=3,
        meaning="How far the embeddings themselves spread around their mean, in their own scale.",
        convention="encoder output, mean std(h), divided by n, not normalised, no ε",
        source="arXiv 2105.04906",
        collapse="lower",
    ),
    lambda embedded: centred_std(embedded.h),
)


def mean_cosine(x: Tensor) -> float:
    """Mean cosine of all pairs of different embeddings: 0 when spread evenly, 1 when all point the same way."""
    unit = functional.normalize(x.double(), dim=1)
    n = len(unit)
    return float((unit.sum(0).square().sum() - unit.square().sum()) / (n * (n - 1)))


MEAN_COSINE = Measure(
    Curve(
        "measure/mean_cosine",
        "Mean cosine",
        "cosine",
        digits=2,
        meaning="How much any two clips point the same way: 0 is spread evenly, 1 is collapse.",
        convention="projector output, all pairs of different clips",
        source="arXiv 2011.10566",
        collapse="higher",
    ),
    lambda embedded: mean_cosine(embedded.z),
)


def alignment(x: Tensor, y: Tensor) -> float:
    """Mean ‖x − y‖² of the normalised views of each clip, 0 to 4: Wang and Isola 2020, arXiv 2005.10242, α = 2."""
    apart = functional.normalize(x.float(), dim=1) - functional.normalize(y.float(), dim=1)
    return float(apart.square().sum(1).mean())


ALIGNMENT = Measure(
    Curve(
        "measure/alignment",
        "Alignment",
        "squared distance",
        digits=3,
        meaning="How far apart two views of one clip lie; lower means that the changes between them are ignored.",
        convention="projector output, mean ‖x − y‖² of normalised pairs",
        source="arXiv 2005.10242",
    ),
    lambda embedded: alignment(*embedded.pairs),
)


def uniformity(x: Tensor) -> float:
    """log of the mean of e^(−2‖x − x'‖²) over pairs of different clips, normalised: Wang and Isola 2020, t = 2.

    0 when all are one point; about −4 when spread evenly over a sphere of many dimensions.
    """
    unit = functional.normalize(x.double(), dim=1)
    n = len(unit)
    parts = [(-2 * (2 - 2 * rows @ unit.T).clamp(min=0)).exp().sum() for rows in unit.split(ROWS_AT_ONCE)]
    kernel = torch.stack(parts).sum() - n  # the diagonal holds n ones
    return float((kernel / (n * (n - 1))).clamp(min=1e-300).log())


UNIFORMITY = Measure(
    Curve(
        "measure/uniformity",
        "Uniformity",
        "log potential",
        digits=2,
        meaning="How evenly clips fill the sphere: more negative is more even, 0 is collapse to one point.",
        convention="projector output, log mean e^(−2‖x − x'‖²), normalised",
        source="arXiv 2005.10242",
        lines=(Line("lower bound", -4.0, look="dotted"),),
        collapse="higher",
    ),
    lambda embedded: uniformity(embedded.pairs[0]),
)


def _alignment(stage: Stage) -> float | None:
    return None if stage.views is None else alignment(stage.views[:, 0], stage.views[:, 1])


def _uniformity(stage: Stage) -> float | None:
    return None if stage.views is None else uniformity(stage.views[:, 0])


OF_STAGES = (
    of_stage(NORMALISED_STD, lambda stage: normalised_std(stage.x)),
    of_stage(CENTRED_STD, lambda stage: centred_std(stage.x)),
    of_stage(MEAN_COSINE, lambda stage: mean_cosine(stage.x)),
    of_stage(ALIGNMENT, _alignment),
    of_stage(UNIFORMITY, _uniformity),
)
