"""What needs no second process: places, rows, and what is refused."""

import contextlib
import copy
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import torch
from torch import nn
from torch.distributed import HashStore

from tests.support.toy_problem import method_of
from tests.training.conftest import TINY
from training.config import new_config
from training.devices import group, pulse
from training.devices.followers import UNKNOWN, Followers
from training.devices.place import Place, place
from training.devices.pulse import Pulse
from training.devices.ranks import OwnRows, Ranks
from training.devices.rows import ALL
from training.devices.sharing import share
from training.errors import UserError
from training.hardware import hardware
from training.run import State
from training.run.twins import Role
from training.trainer import train
from training.twins import create_twins


def test_a_place_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert place() == Place() and not Place().follows
    there = Place(rank=5, size=8, local_rank=1, local_size=4)
    for name, value in there.variables().items():
        monkeypatch.setenv(name, value)
    assert place() == there and there.follows
    monkeypatch.setenv("LOCAL_RANK", "first")
    assert place() == Place()


@pytest.mark.parametrize(("size", "count"), [(2, 8), (2, 7), (3, 31), (4, 5), (8, 8)])
def test_each_row_is_one_process_s_own(size: int, count: int) -> None:
    x = torch.arange(count * 2).view(count, 2)
    own = [Ranks(rank, size).rows(count).own(x) for rank in range(size)]
    assert torch.equal(torch.cat(own), x)
    assert max(map(len, own)) - min(map(len, own)) <= 1
    assert all(isinstance(Ranks(rank, size).rows(count), OwnRows) for rank in range(size))


def test_too_few_rows_are_each_one_s_own_and_so_are_rows_within_a_share() -> None:
    ranks = Ranks(0, 4)
    assert ranks.rows(3) is ALL
    with ranks.own_rows():
        assert ranks.rows(100) is ALL
    assert ranks.rows(100) is not ALL


def test_an_encoder_that_draws_is_refused() -> None:
    method = method_of("simclr")
    method.encoder.dense.append(nn.Dropout(0.1))
    with pytest.raises(UserError, match="The network Conv2d leaves out parts at random"):
        share(method, Ranks(0, 2))


@pytest.mark.parametrize("unlike", [0.0, 0.5])
def test_devices_that_draw_other_numbers_are_refused(unlike: float) -> None:
    class Pretended(Ranks):
        def gathered(self, x: torch.Tensor) -> torch.Tensor:
            return torch.stack([x, x, x + unlike])

    said = contextlib.nullcontext() if not unlike else pytest.raises(UserError, match="Device 2 draws other random")
    with said:
        group.check_draws(Pretended(0, 3), hardware("cpu"))


def test_a_copy_made_before_shares_nothing() -> None:
    method = method_of("byol")
    averaged = copy.deepcopy(method)
    share(method, Ranks(0, 2))
    assert "forward" in vars(method.encoder) and "forward" in vars(method.target[0])
    assert "forward" not in vars(averaged.encoder) and averaged.augment.devices.size == 1


@pytest.mark.parametrize(
    ("error", "blamed"),
    [
        (RuntimeError("[…/gloo/transport/tcp/pair.cc] Connection closed by peer"), True),
        (ValueError("wrong shape"), False),
    ],
)
def test_an_error_of_telling_is_that_of_another_process(error: Exception, blamed: bool) -> None:
    assert (Followers(Place(size=2, local_size=2)).blame(error) is not None) == blamed


def test_twins_are_refused(tones: Any, tmp_path: Any) -> None:
    alone = new_config(TINY, method="simclr", data="starter", steps=2, device="cpu")
    several, folders = replace(alone, devices=2), {role: tmp_path / role.value for role in Role}
    with pytest.raises(UserError, match="one device, but 2 devices were asked for"):
        create_twins(several, "mistake:high_temperature", folders, None)
    assert list(tmp_path.iterdir()) == []
    runs = create_twins(alone, "mistake:high_temperature", folders, None)
    with pytest.raises(UserError, match="one device, but 2 devices were asked for"):
        train(runs[Role.BROKEN].path, devices=2)
    assert {run.status().state for run in runs.values()} == {State.FAILED}


def test_a_first_process_that_is_gone_is_not_looked_for_for_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "MEET", timedelta(seconds=0.5))
    with socket.socket() as closed:  # bound, so that nobody else listens there
        closed.bind(("127.0.0.1", 0))
        there = {
            **Place(1, 2, 1, 2).variables(),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(closed.getsockname()[1]),
        }
        for name, value in there.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(UserError, match="cannot be reached"):
            group.shared_store()


def test_who_has_met_the_first_process_waits_for_its_words_for_days(monkeypatch: pytest.MonkeyPatch) -> None:
    first = group.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    for name, value in {
        **Place(1, 2, 1, 2).variables(),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(first.port),
    }.items():
        monkeypatch.setenv(name, value)
    assert group.shared_store().clone().timeout == group.WAIT


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pulses beat fast, and what would end this process is only noted."""
    ended: list[int] = []
    for name, value in (("BEAT_SECONDS", 0.01), ("SILENT_SECONDS", 0.2), ("GRACE_SECONDS", 0.01)):
        monkeypatch.setattr(pulse, name, value)
    monkeypatch.setattr(pulse.os, "_exit", ended.append)
    return ended


@pytest.mark.parametrize(
    ("other", "lost"),
    [(lambda store: None, None), (lambda store: store.set("pulse/1", "5"), 1), (lambda store: store.set("pulse/1", "done"), None)],
    ids=["yet to begin", "silent", "done"],
)  # fmt: skip
def test_who_falls_silent_is_lost(other: Callable[[Any], None], lost: int | None, quick: list[int]) -> None:
    store = HashStore()
    other(store)
    one = Pulse(store, 0, [1])
    one.start()
    one.join(0.5 if lost is None else 120)
    assert one.lost == lost and bool(quick) == (lost is not None)
    one.end(last_word=True)
    assert store.get("pulse/0") == b"done"


class Gone:
    """What keeps what is said, once it has gone."""

    def set(self, *_: Any) -> None:
        raise RuntimeError("Broken pipe")

    check = get = set


def test_where_nothing_can_be_said_any_more_ends_are_in_order(quick: list[int]) -> None:
    one = Pulse(Gone(), 0, [1])  # type: ignore[arg-type]  # as far as it is used
    one.start()
    one.join()
    one.end(last_word=True)
    assert one.lost == 0
    with Followers(Place(size=2, local_size=2)) as followers:
        followers._store, followers._pulse = Gone(), one
        assert followers.blame(ValueError("wrong shape")) == UNKNOWN


def test_a_process_that_is_known_to_have_ended_is_lost_at_once(quick: list[int]) -> None:
    one = Pulse(HashStore(), 0, [1], ended=lambda: 1)
    one.start()
    one.join()
    assert one.lost == 1 and quick == [1]
