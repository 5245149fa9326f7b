"""`twins`: both are trained, and what came of it is said."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.conftest import TINY
from tests.training.twins.conftest import PREDICTION, SIMCLR
from training.__main__ import main
from training.data.dataset import Dataset
from training.run import RunFolder, State
from training.run.twins import Role, Twin, twin_of
from training.this_python import this_python


def test_the_command_trains_both_and_says_what_came_of_it(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["loss=higher", "spread=same", "rank=lower", "knn=lower", "collapse=yes"]
    settings = [f"{name}={value}" for name, value in TINY.items()]
    command = [
        "twins",
        "--mistake",
        "high_temperature",
        "--steps",
        "3",
        "--device",
        "cpu",
        "--out",
        str(tmp_path / "both"),
    ]
    command += [word for name in settings for word in ("--set", name)]
    assert main([*command, *(word for pair in told for word in ("--predict", pair))]) == 0
    runs = {role: RunFolder(tmp_path / "both" / role) for role in Role}
    assert {run.status().state for run in runs.values()} == {State.FINISHED}
    assert twin_of(runs[Role.HEALTHY]) == Twin(Role.HEALTHY, "broken", SIMCLR, PREDICTION)
    said = capsys.readouterr().out
    assert said.startswith("At step 3:") and "collapsed      open: a judgement needs 200 steps (predicted: yes)" in said
    assert main(command) == 2
    assert "holds a run already" in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on_with_both(
    tones: Dataset, at_step: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
    at_step(2, lambda: os.kill(os.getpid(), signal.SIGINT))
    command = ["twins", "--mistake", "high_temperature", "--steps", "9", "--device", "cpu", "--out", str(tmp_path)]
    assert main([*command, *settings]) == 130
    broken, healthy = (RunFolder(tmp_path / role) for role in (Role.BROKEN, Role.HEALTHY))
    assert f"\nTo go on with it: {this_python()} -m training resume {broken.path}\n" in capsys.readouterr().err
    assert main(["resume", str(broken.path)]) == 0
    assert {run.status().state for run in (broken, healthy)} == {State.FINISHED}


@pytest.mark.parametrize("told", [["loss=higher"], ["loss=up", "spread=same", "rank=lower", "knn=lower", "collapse=yes"],
                                  ["loss=lower", "spread=same", "rank=lower", "knn=lower", "collapse=maybe"]])  # fmt: skip
def test_half_a_prediction_is_none(told: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [word for pair in told for word in ("--predict", pair)]
    assert main(["twins", "--break", "negatives", "--out", str(tmp_path), *given]) == 2
    assert "lower, same, higher, and collapse as yes or no, was expected" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
