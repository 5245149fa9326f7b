"""Masked predictive coding: what is hidden, what is given in its place, and what counts."""

import pytest
import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.mpc import MPC
from training.methods.mpc_rnn import MPCRNN

CLIPS, MELS, FRAMES = 16, 8, 32


def method_with(name: str = "mpc", **settings: object) -> MPC:
    views = {"crop_seconds": 0.64, "mels": MELS, "noise": 0.0, "mixup": 0.0}
    method = built_method(new_config({**views, **settings}, method=name, steps=5), CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, MPC)
    return method


def batch_of(frames: int = 24) -> Batch:
    power = torch.rand(CLIPS, MELS, frames, generator=Generator().manual_seed(0)) * 3
    return Batch(
        torch.arange(CLIPS),
        power,
        torch.full((CLIPS,), frames),
        torch.zeros(CLIPS, dtype=torch.int64),
        torch.arange(CLIPS),
    )


class Bare(MPC):
    """The loss alone: what is predicted is handed in."""

    def __init__(self, prediction: Tensor) -> None:
        torch.nn.Module.__init__(self)
        self.prediction = prediction

    def predicted(self, masked: Tensor) -> Tensor:
        return self.prediction


def slow_loss(prediction: Tensor, x: Tensor, hidden: Tensor, inside: Tensor) -> Tensor:
    """The formula of the card, value by value."""
    terms = []
    for clip in range(x.shape[0]):
        for t in range(x.shape[2]):
            for f in range(x.shape[1]):
                if hidden[clip, f, t] and inside[clip, t]:
                    terms.append((x[clip, f, t] - prediction[clip, f, t]).abs())
    return torch.stack(terms).mean()


@pytest.mark.parametrize("part", [0.1, 0.6])
def test_value_and_gradient_equal_the_slow_one(part: float) -> None:
    generator = Generator().manual_seed(3)
    x, prediction = torch.randn(2, 3, 4, 9, generator=generator)
    hidden = torch.rand(3, 4, 9, generator=generator) < part
    inside = torch.rand(3, 9, generator=generator) < 0.7
    prediction.requires_grad_()
    found = Bare(prediction).loss({"x": x, "masked": x, "hidden": hidden, "inside": inside})["loss"]
    found.backward()
    other = prediction.detach().double().requires_grad_()
    slow = slow_loss(other, x.double(), hidden, inside)
    slow.backward()
    assert float(found.detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    assert prediction.grad is not None and other.grad is not None
    torch.testing.assert_close(prediction.grad.double(), other.grad, rtol=1e-5, atol=1e-8)
    assert torch.equal(prediction.grad != 0, hidden & inside[:, None])


def test_hiding_more_does_not_make_the_loss_larger() -> None:
    """The mean is over hidden frames: an error of 2 everywhere costs 2, however many frames are hidden."""
    x = torch.randn(4, 3, 10)
    for count in (1, 5, 10):
        hidden = torch.arange(10).expand(4, 3, -1) < count
        inside = torch.ones(4, 10, dtype=torch.bool)
        loss = Bare(x + 2).loss({"x": x, "masked": x, "hidden": hidden, "inside": inside})["loss"]
        assert float(loss) == pytest.approx(2.0, rel=1e-5)


@pytest.mark.parametrize("name", ["mpc", "mpc_rnn"])
@pytest.mark.parametrize("frames", [15, 17, 20, 24, 32])
def test_padding_is_never_counted(name: str, frames: int) -> None:
    """Other sounds where a clip isn't, and other answers there: the loss stays as it was."""
    method = method_with(name, band_part=0.5)
    views = method.views(batch_of(frames), Generator().manual_seed(1))
    outside = ~views["inside"][:, None]
    assert views["inside"].sum(1).tolist() == [frames] * CLIPS
    answer = torch.randn_like(views["x"])
    found = Bare(answer).loss(views)["loss"]
    assert torch.equal(found, Bare(torch.where(outside, 1e6, answer)).loss(views)["loss"])
    assert ((views["hidden"] & ~outside).flatten(1).sum(1) > 0).all(), "of every clip something counts"


@pytest.mark.parametrize("name", ["mpc", "mpc_rnn"])
def test_the_mask_is_drawn_and_never_read_off_the_input(name: str) -> None:
    """Values that happen to be zero aren't hidden, and hidden ones that were left as they are count."""
    method = method_with(name)
    views = method.views(batch_of(), Generator().manual_seed(1))
    changed = views["masked"] != views["x"]
    assert not (changed & ~views["hidden"]).any()
    stayed = (views["hidden"] & ~changed).all(1).any()
    assert bool(stayed) == (name == "mpc"), "of MPC's hidden stretches one in ten stays as it was"
    zero = {**views, "x": torch.zeros_like(views["x"]), "masked": torch.zeros_like(views["x"])}
    prediction = method.predicted(zero["masked"])
    expected = prediction.abs()[views["hidden"] & views["inside"][:, None]].mean()
    torch.testing.assert_close(method.loss(zero)["loss"], expected)


def test_a_band_is_hidden_over_the_whole_view_where_it_is_asked_for() -> None:
    method = method_with(band_part=0.6, hidden_part=0.3)
    views = method.views(batch_of(), Generator().manual_seed(1))
    across = views["hidden"].all(2)  # (B, F)
    chunks = views["hidden"].all(1)  # (B, V)
    assert torch.equal(views["hidden"], across[:, :, None] | chunks[:, None])
    widths = across.sum(1)
    assert widths.max() <= round(0.6 * MELS) and len(widths.unique()) > 2
    for row in across:
        at = row.nonzero()[:, 0]
        assert len(at) == 0 or int(at[-1] - at[0]) == len(at) - 1, "one band"
    assert (views["masked"][across] == 0).all()
    assert not method_with().views(batch_of(), Generator().manual_seed(1))["hidden"].all(2).any()


def test_a_part_of_the_clips_own_chunks_is_hidden_whole() -> None:
    method = method_with(hidden_part=0.34, chunk_frames=4, time_stretch=0.0)
    views = method.views(batch_of(24), Generator().manual_seed(1))
    hidden = views["hidden"].any(1).unflatten(1, (-1, 4))
    assert torch.equal(hidden.any(2), hidden.all(2))
    assert set(hidden.any(2).sum(1).tolist()) <= {2}  # of six or seven chunks that show the clip
    silence = views["x"].amax(1) < (-11 - -4.0) / 3.0
    whole = silence.unflatten(1, (-1, 4)).all(2)
    assert not (hidden.all(2) & whole).any()


def test_of_hidden_stretches_eight_in_ten_are_zero_and_one_in_ten_another_frame() -> None:
    method = method_with(hidden_part=0.9)
    zero = other = count = 0
    for seed in range(40):
        views = method.views(batch_of(), Generator().manual_seed(seed))
        hidden = views["hidden"].any(1)
        is_zero = (views["masked"] == 0).all(1) & hidden
        changed = (views["masked"] != views["x"]).any(1) & hidden
        zero, other, count = (
            zero + int(is_zero.sum()),
            other + int((changed & ~is_zero).sum()),
            count + int(hidden.sum()),
        )
    assert zero / count == pytest.approx(0.8, abs=0.03)
    assert other / count == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("name", ["mpc", "mpc_rnn"])
def test_a_hole_is_filled_from_both_sides(name: str) -> None:
    method = method_with(name).eval()
    x = torch.randn(1, MELS, FRAMES, requires_grad=True)
    method.predicted(x)[0, :, 15].sum().backward()
    assert x.grad is not None
    heard = x.grad[0].abs().amax(0) > 0
    assert heard[:4].any() and heard[-4:].any()


def test_predictions_lie_where_their_frames_do() -> None:
    """What is said of step u holds, band by band, its frames s · u and onward."""
    method = method_with().eval()
    x = torch.randn(2, MELS, FRAMES)
    said = method.decode(method.encoder.frames(x))
    found = method.predicted(x)
    stride = method.encoder.stride
    for t in range(FRAMES):
        u, j = divmod(t, stride)
        torch.testing.assert_close(found[:, :, t], said[:, u, j::stride])


def test_the_lens_changes_nothing_that_was_heard() -> None:
    method = method_with().eval()
    views = method.views(batch_of(), Generator().manual_seed(1))
    with torch.no_grad():
        lens = method.lens(views)
    seen = ~views["hidden"][:8]
    assert torch.equal(lens["predicted"][seen], lens["original"][seen])
    assert torch.equal(lens["masked"][seen], lens["original"][seen])
    assert not torch.equal(lens["predicted"], lens["original"])


def test_the_recurrent_kind_hides_all_that_is_hidden() -> None:
    views = method_with("mpc_rnn").views(batch_of(), Generator().manual_seed(1))
    assert (views["masked"][views["hidden"]] == 0).all()
    assert MPCRNN.loss is MPC.loss and MPCRNN.encoders == ("bi_gru",) and MPC.encoders == ("frame_transformer",)


def test_another_moment_is_one_of_the_clip() -> None:
    """A clip at one level: what takes a hidden frame's place is no silence from around it."""
    method = method_with(hidden_part=0.9)
    for seed in range(20):
        batch = batch_of(15)
        batch.audio.fill_(1.0)
        views = method.views(batch, Generator().manual_seed(seed))
        given = views["masked"][
            (views["masked"] != 0).all(1, keepdim=True) & views["hidden"] & views["inside"][:, None]
        ]
        assert (given > 0).all()
