"""White noise has no course: through the views that a run uses, nothing that is heard tells what is hidden.

The control is the same with stretched views, whose frames are blends of two, so that a hidden one is given away; of
pieces, which may be stretched, it is noise each of whose frames is a blend with its neighbours.
"""

import pytest
import torch
from torch import Generator, Tensor

from tests.training.views.test_pieces import order_told
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.jigsaw import Jigsaw
from training.methods.method import Method

FRAMES = 64
STRETCHED = {"time_stretch": 0.15}


def views_of(
    name: str, settings: dict[str, float], clips: int, blended: bool = False
) -> tuple[Method, dict[str, Tensor]]:
    """What the method of a run with its own defaults, and with these settings, makes of clips longer than its view."""
    method = built_method(new_config(settings, method=name, steps=5), clips, 4)
    power = torch.empty(clips, 40, FRAMES).exponential_(generator=Generator().manual_seed(0))
    if blended:
        power = (power.roll(1, 2) + power + power.roll(-1, 2)) / 3
    at = torch.arange(clips)
    return method, method.views(Batch(at, power, torch.full((clips,), FRAMES), at % 4, at), Generator().manual_seed(1))


def heard_and_hidden(name: str, settings: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Standardised x (B, F, V), and which of its frames (B, V) are hidden."""
    method, views = views_of(name, settings, 500)
    if "patches" in views:
        hidden = torch.zeros(views["own"].shape, dtype=torch.bool).scatter(1, views["hidden"], True)
        return method.encoder.spectrogram(views["patches"]), hidden.repeat_interleave(method.encoder.stride, dim=1)
    hidden = views["hidden"]
    return views["x"], hidden.all(1) if hidden.dim() == 3 else hidden.repeat_interleave(method.encoder.stride, dim=1)


def foretold(name: str, settings: dict[str, float]) -> float:
    """The share of the variance of the first frame of each hole that the last frame before it tells."""
    x, hidden = heard_and_hidden(name, settings)
    x = x - x.mean(2, keepdim=True)  # a filter is the same at all times, and may be known
    begins = hidden[:, 1:] & ~hidden[:, :-1]
    assert begins.sum() > 200
    before, first = (part.transpose(1, 2)[begins].flatten() for part in (x[:, :, :-1], x[:, :, 1:]))
    return float(torch.corrcoef(torch.stack([before, first]))[0, 1].square())


@pytest.mark.parametrize("name", ["mpc", "mpc_rnn", "masked_autoencoder", "data2vec", "hubert", "m2d", "wav2vec2"])
def test_no_hidden_frame_of_white_noise_is_foretold(name: str) -> None:
    assert foretold(name, {}) < 0.005
    assert foretold(name, STRETCHED) > 0.03


def share_of_whole_frames(name: str, settings: dict[str, float]) -> float:
    """How many frames that a method hears are single frames of their clip; frame t of each has the power 2 ** (t % 7)."""
    method = built_method(new_config(settings, method=name, steps=5), 32, 4)
    at = torch.arange(32)
    power = 2.0 ** (torch.arange(FRAMES) % 7).expand(32, 40, -1)
    views = method.views(Batch(at, power, torch.full((32,), FRAMES), at % 4, at), Generator().manual_seed(1))
    heard = views["slices"].transpose(1, 2).flatten(2) if "slices" in views else method_input(method, views)
    octaves = heard / torch.log(torch.tensor(2.0))
    return float(((octaves - octaves.round()).abs().amax(1) < 1e-3).float().mean())


def method_input(method: Method, views: dict[str, Tensor]) -> Tensor:
    """Log-mel (B, F, V) of an encoder without statistics of its own data."""
    return method.encoder.spectrogram(views["patches"]) if "patches" in views else views["x"]


@pytest.mark.parametrize(
    "name",
    [
        "audio2vec_cbow",
        "audio2vec_skipgram",
        "speech2vec",
        "speech2vec_cbow",
        "temporal_gap",
        "mpc",
        "mpc_rnn",
        "masked_autoencoder",
        "npc",
        "apc",
        "hubert",
        "m2d",
    ],
)
def test_every_frame_that_is_heard_is_one_of_the_clips(name: str) -> None:
    assert share_of_whole_frames(name, {}) == 1
    assert share_of_whole_frames(name, STRETCHED) < 0.5


def in_order(method: Jigsaw, views: dict[str, Tensor]) -> Tensor:
    """The pieces (B, N, F, W) as they lie in their clips."""
    back = method.orders[views["order"]].argsort(1)
    return views["pieces"].gather(1, back[:, :, None, None].expand_as(views["pieces"]))


def edges_alike(name: str, blended: bool) -> float:
    """The correlation of a piece's last frame with the first one of the piece after it."""
    method, views = views_of(name, {}, 1000, blended)
    if isinstance(method, Jigsaw):
        parts = in_order(method, views)
        both = torch.cat([parts[:, n : n + 2] for n in range(method.count - 1)])
    else:
        both = views["pieces"][views["distance"] == method.count - 1]  # the second is one place after the first
    return float(torch.corrcoef(torch.stack([both[:, 0, :, -1].flatten(), both[:, 1, :, 0].flatten()]))[0, 1])


@pytest.mark.parametrize("name", ["jigsaw", "relative_position"])
def test_pieces_of_white_noise_do_not_tell_which_lie_side_by_side(name: str) -> None:
    assert abs(edges_alike(name, blended=False)) < 0.02
    assert edges_alike(name, blended=True) > 0.1


def test_the_order_of_pieces_of_white_noise_is_not_told() -> None:
    """Of 12 pairs of places 1 is guessed."""
    told = []
    for blended in (False, True):
        method, views = views_of("jigsaw", {}, 800, blended)
        assert isinstance(method, Jigsaw)
        told.append(order_told(in_order(method, views)))
    assert told[0] < 0.11 < told[1]
