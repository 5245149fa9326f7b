"""How large the gradients are, part by part of a method: a part whose gradient vanishes no longer learns."""

from collections.abc import Mapping

import torch
from torch import Tensor

from training.methods.method import Method
from training.run.schema import Curve

CHART = "Gradient norms"
MODULES: Mapping[str, tuple[str, ...]] = {
    "encoder": ("encoder",),
    "projector": ("project", "squeeze", "g"),
    "predictor": ("predict",),
}
"""Part → what methods call the module. All else that learns is the rest."""
REST = "rest"
MEANINGS = {
    "encoder": "How strongly a step pulls at the encoder; near 0 it learns nothing, and a jump foretells trouble.",
    "projector": "How strongly a step pulls at what stands between encoder and loss.",
    "predictor": "How strongly a step pulls at the predictor.",
    REST: "How strongly a step pulls at the other learned parts of the method.",
}


def parts(method: Method) -> dict[str, list[Tensor]]:
    """What learns, by part, in the order of MODULES; parts that a method doesn't have are left out."""
    of_module = {module: part for part, modules in MODULES.items() for module in modules}
    found: dict[str, list[Tensor]] = {part: [] for part in (*MODULES, REST)}
    for name, weight in method.named_parameters():
        if weight.requires_grad:
            found[of_module.get(name.partition(".")[0], REST)].append(weight)
    return {part: weights for part, weights in found.items() if weights}


def gradient_norms(weights: Mapping[str, list[Tensor]]) -> dict[str, Tensor]:
    """The Euclidean norm of each part's gradient, on the device, by the end of its curve's key."""
    return {f"gradient_{part}": _norm(own) for part, own in weights.items()}


def _norm(weights: list[Tensor]) -> Tensor:
    gradients = [w.grad for w in weights if w.grad is not None]
    if not gradients:  # of which torch's 0 is on the CPU
        return weights[0].new_zeros(())
    return torch.nn.utils.get_total_norm(gradients)


def curves(method: Method) -> tuple[Curve, ...]:
    """One a part."""
    return tuple(
        Curve(
            f"train/gradient_{part}", part, "norm", meaning=MEANINGS[part], chart=CHART, rhythm="step",
            convention="Euclidean norm over the part's weights, mean over the steps since the last row",
        )
        for part in parts(method)
    )  # fmt: skip
