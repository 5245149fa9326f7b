"""What every method in the catalogue promises."""

import math
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Generator

from tests.support.toy_problem import FEW, PAIRS, batch_for, method_of
from training.batch import Batch
from training.methods import METHODS
from training.methods.method import Method
from training.parts.augment import Augment
from training.settings import describe


@pytest.fixture(scope="module", params=PAIRS, ids=lambda pair: "-".join(pair))
def built(request: pytest.FixtureRequest) -> tuple[Method, Batch]:
    """A method on one of its encoders, and its batch: made once for all tests of the pair, as making takes longest."""
    method = method_of(*request.param)
    return method, batch_for(method, FEW)


@pytest.fixture
def pair(built: tuple[Method, Batch]) -> tuple[Method, Batch]:
    """As `built`, for one test to change."""
    method, batch = built
    return deepcopy(method), batch


class Counting(Augment):
    """Keeps of how many clips a view was drawn, and twice that of pairs and crops."""

    def pair(self, audio: Any, *more: Any, **named: Any) -> Any:
        DRAWN.append(2 * len(audio))
        return super().pair(audio, *more, **named)

    def one(self, audio: Any, *more: Any) -> Any:
        DRAWN.append(len(audio))
        return super().one(audio, *more)

    def placed(self, audio: Any, *more: Any) -> Any:
        DRAWN.append(len(audio))
        return super().placed(audio, *more)

    def crops(self, audio: Any, *more: Any, **named: Any) -> Any:
        DRAWN.append(2 * len(audio))
        return super().crops(audio, *more, **named)


DRAWN: list[int] = []
OF_PAIRS = [
    name
    for name, method in METHODS.items()
    if name not in ("memory_bank", "data2vec", "m2d")  # whose columns are no views of their own
    and any(picture.rows == picture.columns == "clips" for picture in method.pictures)
]
CHANGES_ITS_OWN = {"byol_a"}
"""Methods that change one view in two ways by themselves."""


@pytest.mark.parametrize("name", METHODS)
def test_it_draws_one_view_of_a_clip_where_it_says_so(name: str) -> None:
    method = method_of(name)
    batch, own = batch_for(method, FEW), method.augment
    method.augment = Counting(own.settings, own.front_end, own.own_frames, own.devices)
    DRAWN.clear()
    method.views(batch, Generator().manual_seed(0))
    assert method.one_view == (sum(DRAWN) == FEW and name not in CHANGES_ITS_OWN)


def test_its_views_depend_on_the_generator_alone(pair: tuple[Method, Batch]) -> None:
    method, batch = pair
    state = torch.get_rng_state()
    first = method.views(batch, Generator().manual_seed(1))
    again = method.views(batch, Generator().manual_seed(1))
    other = method.views(batch, Generator().manual_seed(2))
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(first[k], again[k]) for k in first)
    assert any(not torch.equal(first[k], other[k]) for k in first)


def test_its_loss_is_a_number_and_depends_on_nothing_random(pair: tuple[Method, Batch]) -> None:
    method, batch = pair
    views = method.train().views(batch, Generator().manual_seed(1))
    losses = method.loss(views)
    assert losses["loss"].shape == () and losses["loss"].requires_grad
    own = losses.pop("clips", None)
    assert all(torch.isfinite(v).all() and v.shape == () for v in losses.values())
    assert (own is not None) == method.judges_clips
    assert own is None or (own.shape == (FEW,) and not own.requires_grad and torch.isfinite(own).all())
    assert torch.equal(losses["loss"], method.loss(views)["loss"])


@pytest.mark.parametrize("name", METHODS)
def test_it_declares_what_its_loss_gives(name: str) -> None:
    method = method_of(name).train()
    found = method.loss(method.views(batch_for(method), Generator().manual_seed(1)))
    assert [f"train/{key}" for key in found if key not in ("loss", "clips")] == [curve.key for curve in method.parts]
    for curve in method.parts:
        assert curve.title and curve.meaning.endswith(".") and curve.rhythm == "step", curve.key
    of_chart: dict[str, set[str]] = {}
    for curve in method.parts:
        of_chart.setdefault(curve.chart or curve.title, set()).add(curve.unit)
    assert all(len(units) == 1 for units in of_chart.values()), "curves of one chart share their unit"


@pytest.mark.parametrize("name", METHODS)
def test_everything_that_learns_gets_a_gradient_and_nothing_else(name: str) -> None:
    method = method_of(name).train()
    method.loss(method.views(batch_for(method), Generator().manual_seed(1)))["loss"].backward()
    for parameter_name, parameter in method.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None and torch.isfinite(parameter.grad).all(), parameter_name
        else:
            assert parameter.grad is None, parameter_name


def test_its_picture_is_small_arrays(pair: tuple[Method, Batch]) -> None:
    method, batch = pair
    with torch.no_grad():
        lens = method.eval().lens(method.views(batch, Generator().manual_seed(1)))
    assert lens and set(lens) == {picture.name for picture in method.pictures}
    for picture in method.pictures:
        array = lens[picture.name]
        assert picture.name.isidentifier() and torch.isfinite(array).all() and 0 < array.numel() <= 65_536
        assert picture.takes(array.shape), picture.name
        assert picture.title and picture.meaning.endswith(".") and picture.rows
        assert picture.rows != "clips" or len(array) <= FEW


@pytest.mark.parametrize("name", OF_PAIRS)
def test_a_picture_of_pairs_has_a_row_for_each_first_view_and_a_column_for_each_second(name: str) -> None:
    """Where either come in another order, so do their rows or columns, and nothing else is changed."""
    method = method_of(name).eval()
    views = method.views(batch_for(method, FEW), Generator().manual_seed(1))
    first, second, *_ = views
    order = torch.randperm(FEW, generator=Generator().manual_seed(2))
    with torch.no_grad():
        found, rows, columns = (
            method.lens(each)
            for each in (views, {**views, first: views[first][order]}, {**views, second: views[second][order]})
        )
    for picture in method.pictures:
        if picture.rows == picture.columns == "clips":
            torch.testing.assert_close(rows[picture.name], found[picture.name][order])
            torch.testing.assert_close(columns[picture.name], found[picture.name][:, order])


@pytest.mark.parametrize("name", METHODS)
def test_its_projection_takes_embeddings(name: str) -> None:
    method = method_of(name).eval()
    z = method.projection(torch.randn(5, method.encoder.width))
    assert z is None or (len(z) == 5 and z.dim() == 2)


@pytest.mark.parametrize("name", METHODS)
def test_its_state_holds_all_that_moves(name: str) -> None:
    """A method restored into a fresh one goes on identically."""
    one, batch = method_of(name).train(), batch_for(method_of(name))
    one.loss(one.views(batch, Generator().manual_seed(0)))
    one.after_step(0.3)
    other = method_of(name).train()
    other.load_state_dict(one.state_dict())
    views = one.views(batch, Generator().manual_seed(1))
    assert torch.equal(one.loss(views)["loss"], other.loss(views)["loss"])
    one.after_step(0.5)
    other.after_step(0.5)
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


@pytest.mark.parametrize("name", METHODS)
def test_its_chance_line_is_explained(name: str) -> None:
    line = method_of(name).chance()
    if METHODS[name].card.negatives:
        assert line is not None
    if line is not None:
        assert math.isfinite(line.value) and len(line.meaning) > 5


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        (name, s.name)
        for name, kind in METHODS.items()
        for s in describe(kind.Config)
        if s.name in ("projection_width", "hidden_width", "code_width", "bottleneck")
    ],
)
def test_widths_are_what_was_asked(name: str, setting: str) -> None:
    method = method_of(name, **{setting: 24})  # type: ignore[arg-type]
    z = method.eval().projection(torch.randn(3, method.encoder.width))
    assert z is not None
    assert z.shape[1] == 24 or setting == "hidden_width"
