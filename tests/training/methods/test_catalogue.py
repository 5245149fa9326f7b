"""What every method in the catalogue promises."""

import importlib
import math
import re
from contextlib import nullcontext
from copy import deepcopy
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Generator

from tests.support.narrow import narrow_encoders, narrow_heads
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset, Facet
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.flow import STATIONS
from training.methods.method import FAMILIES, Method
from training.parts.optimizers import optimizer_for
from training.settings import describe

MELS, CLIPS, FEW = 16, 32, 8
SLOW = {
    "simclr_v2": 40, "moco_v3": 40, "byol": 40, "dino": 40, "wav2vec2": 40, "multi_format": 40, "deep_infomax": 60,
    "triplet": 60, "vicreg": 60, "moco_v2": 80,
}  # fmt: skip
"""Steps of those that take longer to learn the toy problem: with strong views, or with targets that move. Others have 20."""


def method_of(name: str, encoder: str | None = None, **overrides: object) -> Method:
    encoder = encoder or METHODS[name].encoders[0]
    settings = {"batch_size": CLIPS, "crop_seconds": 0.32, **overrides}
    if ENCODERS[encoder].domain == "mel":
        settings["mels"] = MELS
    config = new_config(settings, method=name, encoder=encoder, steps=10)
    return built_method(config, CLIPS, 4, (-4.0, 3.0))


def batch_for(method: Method, count: int = CLIPS) -> Batch:
    """32 clips, each with a pattern of its own that no view hides, and which all get lower in the same way; or its first."""
    random = Generator().manual_seed(0)
    if method.encoder.domain == "mel":
        falling = (torch.linspace(1, -1, MELS)[:, None] * torch.linspace(-2, 2, 24)).exp()
        audio = torch.rand(CLIPS, MELS, 1, generator=random).mul(6).exp() * falling / 50
        lengths = torch.full((CLIPS,), 24)
    else:
        hz = 100 + 200 * torch.arange(CLIPS)[:, None]
        audio = torch.sin(2 * torch.pi * hz * torch.arange(8000) / 16000) * 0.3
        lengths = torch.full((CLIPS,), 8000)
    clips = torch.arange(CLIPS)
    method.prepare(dataset())
    companions = {name: table[clips][:count] for name, table in method.companions(dataset()).items()}
    return Batch(clips[:count], audio[:count], lengths[:count], clips[:count] % 4, clips[:count], companions)


FOLDER = TemporaryDirectory()


@cache
def dataset() -> Dataset:
    """What the clips of a batch were made of: half a second of a tone each, with a caption and a picture beside it."""
    codes, pictures = np.arange(CLIPS, dtype=np.int32), []
    for clip in codes:
        pictures.append(f"{FOLDER.name}/{clip}.png")
        Image.new("RGB", (32, 32), (60 * (clip % 4), 40 * (clip // 4 % 4), 100 * (clip // 16))).save(pictures[-1])  # type: ignore[arg-type]
    samples = np.concatenate([np.sin(2 * np.pi * (100 + 200 * clip) / 16_000 * np.arange(8000)) for clip in codes])
    return Dataset(
        name="tones", fingerprint="0" * 32, samples=(samples * 9000).astype(np.int16), starts=codes * np.int64(8000),
        lengths=np.full(CLIPS, 8000), ids=tuple(f"tone-{clip}" for clip in codes),
        facets={
            "class": Facet(tuple(f"tone {clip}" for clip in codes), codes),
            "source": Facet(("a", "b", "c", "d"), codes % 4),
        },
        group="source", files=("tones.wav",) * CLIPS, offsets_seconds=np.zeros(CLIPS),
        companions={"caption": tuple(f"tone number {clip}" for clip in codes), "picture": tuple(pictures)},
    )  # fmt: skip


PAIRS = [(name, encoder) for name, kind in METHODS.items() for encoder in kind.encoders]


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


@pytest.mark.parametrize("name", METHODS)
def test_its_card_is_complete(name: str) -> None:
    kind = METHODS[name]
    card = kind.card
    for text in (card.title, card.family, card.paper, card.summary, card.formula, card.prevents_collapse, card.breaks):
        assert isinstance(text, str) and len(text) > 3
    assert card.family in FAMILIES and len(card.suits.reason) > 10
    assert card.flow.branches and all(station in STATIONS for branch in card.flow.branches for station in branch)
    assert 1980 < card.year < 2100 and isinstance(card.negatives, bool)
    assert re.search(r"\d{4}\.\d{4,5}", card.paper), "the paper's arXiv number"
    assert card.summary.endswith(".") and card.breaks.endswith(".")
    assert kind.encoders and set(kind.encoders) <= set(ENCODERS)
    assert name == name.lower() and name.isidentifier()


KNOWN = {"softmax", "mean", "var"}
"""Functions that a reader of formulas knows, as cos, log and max, which LaTeX has by name."""
GREEK = r"\\(?:alpha|gamma|[dD]elta|(?:var)?epsilon|theta|lambda|mu|nu|xi|pi|sigma|tau)(?![a-z])"


def symbols_in(latex: str) -> set[str]:
    """Letters and words of a formula that stand for something: no index, no function that is known, no 𝓛 and no e^…"""
    bare = re.sub(r"\\text\{[^}]*\}", "", latex)
    found = set(re.findall(r"\\mathrm\{(\w+)\}", bare)) - KNOWN
    bare = re.sub(r"\\mathrm\{\w+\}|e(?=\^)", "", bare)
    bare = re.sub(r"_(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\\?\w)|\^(?:\{\(?\w\)?\}|\w)", "", bare)
    found |= set(re.findall(rf"\\math(?:cal|bb)\{{\w\}}|\\ell|{GREEK}", bare)) - {r"\mathcal{L}"}
    bare = re.sub(r"\\math\w+\{\w\}|\\[a-zA-Z]+", "", bare)
    return found | set(re.findall(r"[a-zA-Z]", bare))


def test_symbols_of_a_formula() -> None:
    assert symbols_in(r"\mathcal{L} = \sum_{i} e^{\tau x_i} \mathrm{sg}(\log q) + \mathrm{mean}(\mathcal{Q}^{(k)})") == {
        r"\tau", "x", "sg", "q", r"\mathcal{Q}",
    }  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_every_symbol_of_its_formula_is_explained(name: str) -> None:
    card = METHODS[name].card
    explained = symbols_in(", ".join(card.symbols))
    assert not symbols_in(card.formula) - explained, f"{name} leaves symbols unexplained"
    for symbol in explained:
        assert symbol in card.formula, f"{name} explains {symbol}, which its formula does not hold"
    assert all(meaning[0].islower() or meaning[0].isdigit() for meaning in card.symbols.values())


@pytest.mark.parametrize("name", METHODS)
def test_its_file_names_the_paper_and_numbers_every_difference(name: str) -> None:
    text = importlib.import_module(METHODS[name].__module__).__doc__ or ""
    assert re.search(r"^Paper:   .+\d{4}", text, re.M) and re.search(r"^Shapes:  ", text, re.M)
    differences = text[text.index("Differs:") : text.index("Shapes:")]
    numbers = [int(n) for n in re.findall(r"(?:^|\s)(\d+)\. [A-Z]", differences)]
    assert numbers == list(range(1, len(numbers) + 1)) and numbers


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
