"""How a part is taken out of a built method: something else, or nothing, stands in its place.

Each function changes one method in place, before its first step. Slow copies, checkpoints and exports need not know of
it: what stands in a network's place leads to the same weights, and what stands in a function's place belongs to the one
method (a copy of it gets a copy).
"""

from types import MethodType
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.masked_conv import AroundConv
from training.methods.byol import BYOL
from training.methods.byol_a import BYOLA
from training.methods.data2vec import Data2Vec
from training.methods.dino import DINO
from training.methods.moco_v1 import MoCoV1
from training.methods.moco_v3 import MoCoV3
from training.methods.npc import NPC
from training.methods.simclr import SimCLR
from training.methods.swav import SwAV
from training.methods.two_views import TwoViews


def learns_on_both_sides(method: BYOL | BYOLA | DINO | MoCoV3) -> None:
    """The network is its own target, with gradient on both sides.

    To let the gradient into the slow copy alone would change nothing: its weights take none.
    """
    target_of_now(method)
    method.stop_gradient = nn.Identity()  # type: ignore[assignment]


def target_of_now(method: BYOL | BYOLA | Data2Vec | DINO | MoCoV1 | MoCoV3) -> None:
    """The target has the network's weights of this very step, and still takes no gradient."""
    match method:
        case BYOL():
            method.target = nn.Sequential(method.encoder, method.project)
        case BYOLA():
            method.slow_encoder, method.slow_project = method.encoder, method.project
        case Data2Vec():
            method.teacher = method.encoder
        case DINO():
            method.teacher = nn.Sequential(method.encoder, method.project, method.prototypes)
        case _:
            method.slow = nn.Sequential(method.encoder, method.project)


def without(name: str) -> Any:
    """Lets through unchanged what the module of this name would change."""

    def replace(method: nn.Module) -> None:
        method.set_submodule(name, nn.Identity())

    return replace


def without_last_norm(method: BYOL | TwoViews | SwAV) -> None:
    """The projector ends with its last linear layer, that of the slow copy too."""
    heads = [method.project, *([method.target[1]] if isinstance(method, BYOL) else [])]
    for head in heads:
        assert isinstance(head, nn.Sequential) and isinstance(head[-1], nn.BatchNorm1d)
        head[-1] = nn.Identity()


def gap_of_one_size(method: NPC) -> None:
    """Every block hides the frame and its neighbours alone, though the features around them know the frame by then."""
    encoder = method.encoder
    encoder.around = nn.ModuleList(AroundConv(encoder.width, encoder.kernel, encoder.hidden) for _ in encoder.around)


def pulled_together_alone(method: SimCLR) -> None:
    """The similarity of each pair over the temperature, without any wrong answer."""
    method.surprise = _pulled


def _pulled(scores: Tensor, right: Tensor) -> Tensor:
    return -scores.gather(1, right[:, None])[:, 0]


def positive_left_out(method: SimCLR) -> None:
    """The denominator holds the wrong answers alone."""
    method.surprise = _apart


def _apart(scores: Tensor, right: Tensor) -> Tensor:
    lowest = torch.finfo(scores.dtype).min  # of a question without a wrong answer, which doesn't count
    wrong = scores.scatter(1, right[:, None], -torch.inf).logsumexp(1).clamp(min=lowest)
    return wrong - scores.gather(1, right[:, None])[:, 0]


def keys_in_order(method: MoCoV1) -> None:
    """Keys are grouped as queries are, so that BatchNorm tells which belong together."""
    method.views = MethodType(_views_in_order, method)  # type: ignore[method-assign]


def _views_in_order(self: MoCoV1, batch: Batch, generator: Generator) -> dict[str, Tensor]:
    made = type(self).views(self, batch, generator)
    return {**made, "order": torch.arange(len(batch.clips), device=batch.clips.device)}


def shares_as_they_fall(method: SwAV) -> None:
    """A view's code is the softmax of its scores: nothing asks that the prototypes be equally full."""
    method.codes = MethodType(_softmax_codes, method)  # type: ignore[method-assign]


def _softmax_codes(self: SwAV, scores: Tensor) -> Tensor:
    return functional.softmax(scores.detach() / self.config.epsilon, dim=-1)


def drawn_evenly(method: Any) -> None:
    """Every clip is drawn once an epoch, so that large clusters are seen more often than small ones."""
    method.before_epoch = MethodType(_unweighted, method)


def _unweighted(self: Any, embed: Any) -> None:
    type(self).before_epoch(self, embed)
