"""How far the host runs ahead of a GPU."""

from typing import Any

import pytest
import torch

from training.pace import STEPS_AHEAD, Pace


def test_so_many_steps_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[Any] = []
    waited: list[int] = []

    class Event:
        def __init__(self, blocking: bool) -> None:
            assert blocking

        def record(self) -> None:
            recorded.append(self)

        def synchronize(self) -> None:
            waited.append(recorded.index(self))

    monkeypatch.setattr(torch.cuda, "Event", Event)
    pace = Pace(torch.device("cuda", 0))
    for step in range(10):
        pace.keep()
        assert len(recorded) == step + 1
        assert waited == list(range(max(0, step + 1 - STEPS_AHEAD)))


def test_a_cpu_has_no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "Event", lambda **_: pytest.fail("nobody waits"))
    pace = Pace(torch.device("cpu"))
    for _ in range(10):
        pace.keep()
