"""Runs that two processes train: begun, stopped, resumed on another number of devices, and killed."""

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

from tests.support.checkpoints_compared import assert_same
from tests.support.forked import Forked, fork_followers
from training import checkpoint
from training.devices.followers import Followers
from training.errors import UserError
from training.process import process_start
from training.run import Control, RunFolder, State
from training.trainer import train

pytestmark = pytest.mark.whole
MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]
SMOOTH = {"optimizer": "sgd", "learning_rate": 0.01, "averaging": 0.0}
"""By which rounding stays what it is: AdamW takes whole steps by the signs of gradients that are nearly 0."""
ROOT = Path(__file__).parents[3]


def assert_close(a: RunFolder, b: RunFolder, step: int) -> None:
    """Equal weights but for rounding."""
    of_a, of_b = checkpoint.weights(a, step), checkpoint.weights(b, step)
    assert of_a.keys() == of_b.keys()
    for name, weight in of_a.items():
        torch.testing.assert_close(weight, of_b[name], rtol=1e-4, atol=1e-6, msg=name)


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in float32; the first process tells the others."""
    monkeypatch.setattr("training.hardware.processor_has_bf16", lambda: False)


def test_a_run_may_be_resumed_on_another_number_of_devices(
    made_run: MakeRun, at_step: AtStep, exact: None, tones: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork_followers(monkeypatch)
    whole, fewer, more = (made_run(name, method="moco_v2", **SMOOTH) for name in ("whole", "fewer", "more"))
    assert train(whole.path) == State.FINISHED
    for run, first, then in ((fewer, 2, 1), (more, 1, 2)):
        at_step(3, lambda run=run: run.ask(Control.STOP))
        assert train(run.path, devices=first) == State.STOPPED
        assert run.status().step == 3
        assert train(run.path, resume=True, devices=then) == State.FINISHED
        assert_close(run, whole, 6)
    assert "2 × " in more.status().device and "×" not in fewer.status().device
    names = [{file.name for file in run.path.iterdir() if not file.name.startswith("events.")} for run in (more, whole)]
    assert names[0] == names[1], "one writes"


def test_torchrun_trains_what_the_flag_does(made_run: MakeRun, tmp_path: Path) -> None:
    by_flag, by_torchrun = made_run("flag", method="deepcluster"), made_run("torchrun", method="deepcluster")
    assert train(by_flag.path, devices=2) == State.FINISHED
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    subprocess.run(
        [*command, "-m", "training", "run", str(by_torchrun.path)], cwd=ROOT, check=True, capture_output=True
    )
    assert_same(by_flag, by_torchrun, 6)


def test_a_killed_process_ends_the_others_and_the_run_can_be_resumed(made_run: MakeRun) -> None:
    run = made_run(steps=1_000_000, devices=2)
    trainer = started("run", run)
    os.kill(follower_of(trainer), signal.SIGKILL)
    assert trainer.wait(240) == 2
    status = run.status()
    assert status.state == State.FAILED
    assert (
        status.message == "The process of device 1 ended by signal 9; the run can be resumed from its last checkpoint."
    )
    trainer = started("resume", run)
    follower = follower_of(trainer)
    trainer.kill()
    trainer.wait()
    while process_start(follower) is not None:
        time.sleep(0.1)
    assert run.status().state == State.CRASHED


def started(verb: str, run: RunFolder) -> Forked:
    """A trainer of its own process, once it trains."""
    trainer = Forked(verb, str(run.path))
    before = run.status().step
    while not (run.status().state == State.TRAINING and run.status().step > before):
        assert trainer.poll() is None
        time.sleep(0.1)
    return trainer


def follower_of(trainer: Forked) -> int:
    """The only process that it started."""
    (child,) = Path(f"/proc/{trainer.pid}/task/{trainer.pid}/children").read_text().split()
    return int(child)


def test_what_a_follower_cannot_do_is_said_in_its_words(made_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    fork_followers(monkeypatch)
    opened = Followers.open
    monkeypatch.setattr(
        Followers, "open", lambda self, config, *more: opened(self, {**config, "data": "/nowhere"}, *more)
    )
    run = made_run()
    with pytest.raises(UserError, match=r"On device 1: .*/nowhere"):
        train(run.path, devices=2)
    assert run.status().state == State.FAILED and run.status().message.startswith("On device 1:")
