"""A broken run and its healthy twin: trained in one process, each as if it were alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.support.checkpoints_compared import assert_different, assert_same
from tests.training.twins.conftest import SIMCLR
from training.errors import UserError
from training.longer import lengthen
from training.run import Control, RunFolder, State
from training.run.twins import Role, other_of, trained_with
from training.trainer import train
from training.twins import outcome_of

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("method", "wrong"),
    [("simclr", SIMCLR), ("byol", "part:predictor"), ("byol", "part:ema"), ("moco_v2", "part:shuffle"), ("vicreg", "part:variance"),
     ("masked_autoencoder", "mistake:large_learning_rate")],
)  # fmt: skip
def test_the_healthy_twin_is_bitwise_what_it_is_alone(
    method: str, wrong: str, made_run: MakeRun, made_twins: Any, snapshots_every: Callable[[int], None]
) -> None:
    snapshots_every(2)
    twins = made_twins(method, wrong, steps=3)
    assert train(twins[Role.BROKEN].path) == State.FINISHED
    alone = made_run("alone", method=method, steps=3)
    train(alone.path)
    assert_same(twins[Role.HEALTHY], alone, 3)
    assert_different(twins[Role.BROKEN], alone, 3)
    assert twins[Role.BROKEN].snapshots() == twins[Role.HEALTHY].snapshots() == [0, 2, 3]


def test_the_broken_twin_is_bitwise_what_it_is_alone(made_run: MakeRun, made_twins: Any) -> None:
    """Of a method that draws from the global generators while it trains, too."""
    twins = made_twins("byol", "part:predictor", steps=3)
    train(twins[Role.HEALTHY].path)
    alone = made_run("alone", method="byol", breaks=("predictor",), steps=3)
    train(alone.path)
    assert_same(twins[Role.BROKEN], alone, 3)


def test_what_is_drawn_from_the_global_generator_is_each_ones_own(
    made_run: MakeRun, made_twins: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.methods.simclr import SimCLR

    plain = SimCLR.loss

    def noisy(self: Any, views: Any) -> Any:
        losses = plain(self, views)
        return {**losses, "loss": losses["loss"] * (1 + torch.rand(()))}

    monkeypatch.setattr(SimCLR, "loss", noisy)
    twins = made_twins(steps=3)
    train(twins[Role.BROKEN].path)
    alone = made_run("alone", steps=3)
    train(alone.path)
    assert_same(twins[Role.HEALTHY], alone, 3)


def test_a_run_whose_twin_is_gone_or_names_another_is_trained_alone(made_twins: Any) -> None:
    twins = made_twins(steps=2)
    twins[Role.HEALTHY].path.rename(twins[Role.HEALTHY].path.with_name("elsewhere"))
    assert other_of(twins[Role.BROKEN]) is None
    assert train(twins[Role.BROKEN].path) == State.FINISHED
    assert outcome_of(twins[Role.BROKEN]) is None


@pytest.mark.parametrize("asked", list(Role))
def test_what_one_is_asked_both_do(
    asked: Role, made_twins: Any, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins, seen = made_twins(steps=8), []
    at_step(4, lambda: twins[asked].ask(Control.PAUSE))

    def sleep(seconds: float) -> None:
        seen.append({run.status().state for run in twins.values()})
        twins[asked.other].ask(Control.RESUME)

    monkeypatch.setattr(time, "sleep", sleep)
    at_step(10, lambda: twins[asked].ask(Control.STOP))
    assert train(twins[Role.BROKEN].path) == State.STOPPED
    assert seen == [{State.PAUSED}]
    assert [run.status().step for run in twins.values()] == [5, 5]
    assert [run.status().state for run in twins.values()] == [State.STOPPED] * 2
    assert not [left for run in twins.values() for left in (run.path / "control").iterdir()]


@pytest.mark.parametrize("named", list(Role))
def test_a_resume_of_one_goes_on_with_both(named: Role, made_run: MakeRun, made_twins: Any, at_step: AtStep) -> None:
    twins = made_twins(steps=6)
    at_step(6, lambda: twins[Role.HEALTHY].ask(Control.STOP))
    train(twins[Role.BROKEN].path)
    assert [run.checkpoints()[-1] for run in twins.values()] == [3, 3]
    assert train(twins[named].path, resume=True) == State.FINISHED
    assert [run.status().state for run in twins.values()] == [State.FINISHED] * 2
    alone = made_run("alone", steps=6)
    train(alone.path)
    assert_same(twins[Role.HEALTHY], alone, 6)


def test_a_resume_goes_on_from_the_last_step_that_both_keep(
    made_run: MakeRun, made_twins: Any, at_step: AtStep, snapshots_every: Callable[[int], None]
) -> None:
    """As where both were killed while one had kept its state already."""
    snapshots_every(2)
    twins = made_twins(steps=6)
    at_step(8, lambda: twins[Role.HEALTHY].ask(Control.STOP))
    train(twins[Role.BROKEN].path)
    assert [run.checkpoints()[-2:] for run in twins.values()] == [[2, 4]] * 2
    for file in (twins[Role.BROKEN].path / "checkpoints").glob("000004*"):
        file.unlink()
    assert train(twins[Role.HEALTHY].path, resume=True) == State.FINISHED
    assert [run.metrics()[-1]["step"] for run in twins.values()] == [6, 6]
    alone = made_run("alone", steps=6)
    train(alone.path)
    assert_same(twins[Role.HEALTHY], alone, 6)


@pytest.mark.parametrize("named", list(Role))
def test_twins_are_trained_longer_together(named: Role, made_twins: Any) -> None:
    twins = made_twins(steps=2)
    train(twins[named].path)
    lengthen(twins[named], "steps", 4)
    assert train(twins[named].path, resume=True) == State.FINISHED
    assert [(run.status().step, run.config()["steps"]) for run in twins.values()] == [(4, 4)] * 2


def test_one_whose_twin_failed_is_trained_longer_alone(made_twins: Any) -> None:
    twins = made_twins(steps=2)
    train(twins[Role.HEALTHY].path)
    status = twins[Role.BROKEN].path / "status.json"
    status.write_text(status.read_text().replace('"finished"', '"failed"'))
    lengthen(twins[Role.HEALTHY], "steps", 3)
    assert train(twins[Role.HEALTHY].path, resume=True) == State.FINISHED
    assert [twins[role].status().step for role in (Role.HEALTHY, Role.BROKEN)] == [3, 2]
    assert twins[Role.BROKEN].config()["steps"] == 2


def test_twins_killed_within_their_first_snapshot_begin_anew(made_twins: Any) -> None:
    twins = made_twins(steps=2)
    train(twins[Role.HEALTHY].path)  # leaves all; of the broken one nothing is kept, and of the healthy one its start
    for run, kept in ((twins[Role.BROKEN], ()), (twins[Role.HEALTHY], (0,))):
        for step in set(run.checkpoints()) - set(kept):
            for file in (run.path / "checkpoints").glob(f"{step:06d}*"):
                file.unlink()
        text = (run.path / "status.json").read_text().replace('"finished"', '"stopped"')
        (run.path / "status.json").write_text(text)
    assert trained_with(twins[Role.HEALTHY]) is not None
    assert train(twins[Role.HEALTHY].path, resume=True) == State.FINISHED
    assert [run.snapshots() for run in twins.values()] == [[0, 2]] * 2


def test_one_that_fails_leaves_the_other_training(made_twins: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.methods.simclr import SimCLR

    plain = SimCLR.loss

    def endless(self: Any, views: Any) -> Any:
        losses = plain(self, views)
        return {**losses, "loss": losses["loss"] * float("nan")} if self.config.temperature == 10 else losses

    monkeypatch.setattr(SimCLR, "loss", endless)
    twins = made_twins(steps=4)
    assert train(twins[Role.HEALTHY].path) == State.FINISHED
    status = twins[Role.BROKEN].status()
    assert status.state == State.FAILED and "no longer a number" in status.message
    assert trained_with(twins[Role.HEALTHY]) is None


def test_where_the_data_can_not_be_opened_both_say_so(made_twins: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise UserError("There are no sounds.")

    twins = made_twins(steps=1)
    with monkeypatch.context() as patch:
        patch.setattr("training.preparing.open_dataset", refused)
        with pytest.raises(UserError, match="no sounds"):
            train(twins[Role.BROKEN].path)
    assert [run.status().message for run in twins.values()] == ["There are no sounds."] * 2
    assert train(twins[Role.BROKEN].path, resume=True) == State.FINISHED
    assert twins[Role.HEALTHY].status().state == State.FINISHED


def test_by_the_clock_both_end_together(made_twins: Any) -> None:
    twins = made_twins(steps=None, seconds=1)
    train(twins[Role.BROKEN].path)
    statuses = [run.status() for run in twins.values()]
    assert {status.state for status in statuses} == {State.FINISHED}
    assert len({status.step for status in statuses}) == 1 and min(status.seconds for status in statuses) >= 1
    rates = [
        [row["train/learning_rate"] for row in run.metrics() if row["step"] == 1 and "train/learning_rate" in row]
        for run in twins.values()
    ]
    assert rates[0] == rates[1]


def test_killed_both_are_resumed(made_twins: Any, tones_cache: Path) -> None:
    twins = made_twins(steps=100_000)
    command = [sys.executable, "-m", "training", "run", str(twins[Role.HEALTHY].path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as trainer:
        while not all(run.status().step > 1 for run in twins.values()):
            assert trainer.poll() is None
            time.sleep(0.05)
        os.kill(trainer.pid, signal.SIGKILL)
    assert {run.status().state for run in twins.values()} == {State.CRASHED}
    for run in twins.values():  # to come to an end
        text = (run.path / "config.json").read_text().replace('"steps": 100000', '"steps": 3')
        (run.path / "config.json").write_text(text)
    train(twins[Role.BROKEN].path, resume=True)
    assert {run.status().state for run in twins.values()} == {State.FINISHED}
