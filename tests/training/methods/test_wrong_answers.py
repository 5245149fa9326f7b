"""Other windows of a clip's own recording are no wrong answers: who says them, and what is said of a batch of one recording."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods import METHODS
from training.methods.method import Method, Task
from training.methods.wrong_answers import WrongAnswers

Bare = Callable[..., Method]
RECORDINGS = {
    "shared": [4, 1, 4, 0, 1, 4, 2],
    "apart": [0, 1, 2, 3, 4, 5, 6],
    "one but for two clips": [3, 3, 3, 0, 3, 3, 1],
}
TAU = 0.3
NAMES = [name for name, kind in METHODS.items() if issubclass(kind.Config, WrongAnswers)]
TABLE = torch.tensor([0, 0, 1, 1, 1, 2, 3, 3, 4, 4, 0, 5])
"""Which recording each of twelve clips is of."""


def with_table(name: str, **settings: object) -> Any:
    """The method of twelve clips, with nothing before its loss."""
    config = new_config({"temperature": TAU, "projection_width": 8, **settings}, method=name, steps=5)
    method: Any = built_method(config, 12, 4, recordings=TABLE).train()
    method.encoder = method.project = method.slow = nn.Identity()
    return method


@pytest.mark.parametrize("choice", ["left out", "negatives"])
def test_memories_ask_for_recordings_only_where_windows_are_left_out(choice: str) -> None:
    for name in ("memory_bank", "local_aggregation"):
        recordings = with_table(name, same_recording=choice).bank.recordings.tolist()
        assert recordings == (TABLE.tolist() if choice == "left out" else list(range(12)))
    longer: dict[str, Any] = {"memory_length": 9}
    for name, settings in (("moco_v1", {}), ("simclr_v2", longer)):
        views = method_of(name, same_recording=choice, **settings).views(batch(), Generator().manual_seed(0))
        assert views["clips"].tolist() == (RECORDINGS["shared"] if choice == "left out" else list(range(7)))


def batch() -> Batch:
    power = torch.rand(7, 16, 24, generator=Generator().manual_seed(0)) * 3
    companions = {
        "samples": torch.randint(-9000, 9000, (7, 6000)).short(), "sample_count": torch.full((7,), 6000),
    }  # fmt: skip
    zeros, recordings = torch.zeros(7, dtype=torch.int64), torch.tensor(RECORDINGS["shared"])
    return Batch(torch.arange(7), power, torch.full((7,), 24), zeros, recordings, companions)


def method_of(name: str, recordings: Tensor | None = None, **settings: object) -> Method:
    config = new_config({"crop_seconds": 0.32, "mels": 16, "batch_size": 8, **settings}, method=name, steps=5)
    return built_method(config, 7, 4, (-4.0, 3.0), recordings).train()


IN_BATCHES = [name for name in NAMES if name not in ("moco_v1", "moco_v2", "memory_bank", "local_aggregation")]


@pytest.mark.parametrize("name", IN_BATCHES)
def test_views_say_the_recordings_only_where_windows_are_left_out(name: str) -> None:
    torch.manual_seed(0)
    settings: dict[str, Any] = {"mining": "all"} if name == "triplet" else {}
    out, told_apart = (method_of(name, same_recording=choice, **settings) for choice in ("left out", "negatives"))
    views = out.views(batch(), Generator().manual_seed(1))
    assert views["recordings"].tolist() == RECORDINGS["shared"]
    others = told_apart.views(batch(), Generator().manual_seed(1))
    assert others.keys() == views.keys() - {"recordings"}
    losses = [float(out.loss(seen)["loss"].detach()) for seen in (views, others)]
    assert losses[0] != losses[1]  # the recordings reach the loss
    assert float(told_apart.loss(others)["loss"].detach()) == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_one_recording_has_no_wrong_answers_and_nothing_breaks(name: str) -> None:
    method = method_of(name, torch.zeros(7, dtype=torch.int64))
    one = Batch(**{**vars(batch()), "recordings": torch.full((7,), 3)})
    losses = method.loss(method.views(one, Generator().manual_seed(1)))
    losses["loss"].backward()
    assert all(torch.isfinite(value) for name, value in losses.items() if name != "clips")
    gradients = [p.grad for p in method.parameters() if p.grad is not None]
    assert all(torch.isfinite(g).all() for g in gradients)
    assert float(losses.get("accuracy", torch.tensor(0.0))) == 0 or name.startswith("moco_v")  # its queue is random


def test_chance_lines_say_at_most_where_recordings_have_several_windows() -> None:
    for name in NAMES:
        settings = {"estimator": "infonce"} if name == "deep_infomax" else {}
        lines = [
            method_of(name, table, same_recording=choice, **settings).chance()
            for table, choice in (
                (torch.tensor(RECORDINGS["shared"]), "left out"),
                (torch.tensor(RECORDINGS["shared"]), "negatives"),
                (torch.arange(7), "left out"),
            )
        ]
        assert all(line is not None for line in lines)
        exact = name in ("triplet", "max_margin", "align_uniform")  # whose line doesn't depend on how many there are
        told = ["at most" in line.meaning for line in lines if line is not None]
        assert told == [not exact, False, False], name


def test_collapse_costs_less_than_the_line_where_windows_are_left_out(bare: Bare) -> None:
    method, same = bare("simclr", batch_size=8), torch.ones(8, 5)
    recordings = torch.tensor([0, 0, 1, 2, 3, 4, 5, 6])
    loss = float(method.loss({"first": same, "second": same, "recordings": recordings})["loss"])
    assert loss == pytest.approx((2 * math.log(13) + 6 * math.log(15)) / 8, rel=1e-6)


def test_the_bound_counts_the_answers_there_were(bare: Bare) -> None:
    method, same = bare("infonce", batch_size=8), torch.ones(8, 5)
    recordings = torch.tensor([0, 0, 0, 2, 3, 4, 5, 6])
    found = method.loss({"first": same, "second": same, "recordings": recordings})
    assert float(found["bound"]) == pytest.approx(0, abs=1e-5)


def test_a_fellow_window_that_looks_right_is_not_a_mistake(bare: Bare) -> None:
    """Clips 0 and 1 of one recording look like each other's second view: the accuracy doesn't blame it."""
    first, swapped = torch.eye(4), torch.eye(4)[[1, 0, 2, 3]]
    for name in ("simclr", "infonce", "n_pair"):
        method = bare(name)
        views = {"first": first + 0.1 * swapped, "second": swapped + 0.2 * first}
        assert float(method.loss(views)["accuracy"]) < 1
        assert float(method.loss({**views, "recordings": torch.tensor([0, 0, 1, 2])})["accuracy"]) == 1


def test_what_a_clip_counts_as() -> None:
    kept, told_apart = WrongAnswers(), WrongAnswers(same_recording="negatives")
    task = Task(12, 4, 8, None, TABLE)
    unknown = Task(12, 4, 8, None)
    assert kept.table(task).tolist() == TABLE.tolist() and told_apart.table(task).tolist() == list(range(12))
    assert kept.table(unknown).tolist() == list(range(12)) and kept.remark(unknown) == ""
