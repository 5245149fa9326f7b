"""The loss of every method of the catalogue falls on a toy problem, because it learns."""

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Generator

from tests.support.narrow import narrow_encoders, narrow_heads
from tests.support.toy_problem import batch_for, method_of
from training.config import new_config
from training.methods import METHODS
from training.parts.optimizers import optimizer_for

SLOW = {
    "simclr_v2": 40, "moco_v3": 40, "byol": 40, "dino": 40, "wav2vec2": 40, "multi_format": 40, "deep_infomax": 60,
    "triplet": 60, "vicreg": 60, "moco_v2": 80,
}  # fmt: skip
"""Steps of those that take longer to learn the toy problem: with strong views, or with targets that move. Others have 20."""
NARROW = {
    "speech2vec", "speech2vec_cbow", "mpc", "mpc_rnn", "masked_autoencoder", "npc", "byol_a", "barlow_twins", "data2vec", "m2d", "cpc",
    "wav2vec2", "hubert", "best_rq",
}  # fmt: skip
"""Those that learn the toy problem with narrow encoders and heads too: the others learn it in as many steps only as they are."""


def losses_of(name: str, learning_rate: float) -> list[float]:
    """The losses of the steps on a toy problem."""
    own: dict[str, Any] = narrow_heads(name) if name in NARROW else {}
    if name == "hubert":
        own["second_part"] = 1.0  # what is learned of its first names begins anew with others
    with narrow_encoders() if name in NARROW else nullcontext():
        method = method_of(name, noise=0.0, mixup=0.0, **own).train()
    config = new_config({"optimizer": "adamw"}, method=name, steps=10)
    optimizer, generator, batch = optimizer_for(method, config), Generator().manual_seed(0), batch_for(method)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    losses = []
    steps = SLOW.get(name, 20)
    for step in range(steps):
        with torch.set_grad_enabled(learning_rate > 0):
            found = method.loss(method.views(batch, generator))
        if learning_rate > 0:
            found["loss"].backward()
            optimizer.step()
            optimizer.zero_grad()
        method.after_step(step / steps)
        # Where a teacher's own entropy is part of the loss and moves, what falls is the rest.
        losses.append(float(found.get("divergence", found["loss"]).detach()))
    return losses


@pytest.mark.whole
@pytest.mark.parametrize("name", METHODS)
def test_its_loss_falls_because_it_learns(name: str) -> None:
    """By a tenth, and to below where weights that stand still lead: memories, queues and centres move then too."""
    losses = losses_of(name, 1e-3 if name == "byol_a" else 3e-3)  # faster, its target runs away from its wide predictor
    end, still = (sum(run[-len(run) // 4 :]) / (len(run) // 4) for run in (losses, losses_of(name, 0.0)))
    # A queue begins with random entries, from which every clip is told apart: the first step doesn't count then.
    begin = max(sum(losses[:5]), sum(losses[1:6])) / 5
    slow = "where it only takes longer, give it more steps in SLOW of this file"
    fell = f"from {begin:.4g} to {end:.4g} in {len(losses)} steps of the toy problem"
    assert end < begin - 0.1 * abs(begin), f"the loss went {fell}, by a tenth was expected; {slow}"
    assert end < still - 0.05 * abs(still), f"the loss went {fell}, and to {still:.4g} where no weight moves; {slow}"
