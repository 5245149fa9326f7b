"""Several runs by one command: each method with each seed, and what happens when one of them goes wrong."""

import fcntl
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import TINY
from training import trainer
from training.__main__ import main
from training.commands import series
from training.config import provenance
from training.data.dataset import Dataset
from training.errors import UserError
from training.run import Control, RunFolder, RunWriter, State, Status, find_runs
from training.run.twins import Role, Twin, write_twin
from training.this_python import this_python

QUICK = ["--steps", "1", "--device", "cpu", *TINY]


@pytest.fixture
def again(tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """again("--seeds", "2") gives the command, and returns its exit code and what it said."""

    def give(*options: str) -> tuple[int, str]:
        return main(["run", "--runs", str(tmp_path / "runs"), *QUICK, *options]), capsys.readouterr().err

    return give


@pytest.fixture
def runs(tmp_path: Path) -> Callable[[], list[RunFolder]]:
    """The runs that are there, oldest first."""
    return lambda: find_runs(tmp_path / "runs")[::-1]


def test_every_seed_is_trained_once_as_if_alone(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]], tmp_path: Path
) -> None:
    code, said = again("--seed", "4", "--seeds", "2")
    assert code == 0 and "Training run 2 of 2 in" in said and f"{this_python()} -m training compare" in said
    assert [run.config()["seed"] for run in runs()] == [4, 5]
    assert [bool(re.fullmatch(rf"simclr-starter-seed{s}-\d+-\d+", r.name)) for s, r in zip((4, 5), runs(), strict=True)]
    weights = [run.weights_path(1).read_bytes() for run in runs()]
    assert again("--seed", "4", "--seeds", "3")[1].count("is finished already") == 2
    assert len(runs()) == 3 and [run.weights_path(1).read_bytes() for run in runs()[:2]] == weights
    alone = tmp_path / "alone"
    assert main(["run", "--out", str(alone), *QUICK, "--seed", "5"]) == 0
    assert RunFolder(alone).weights_path(1).read_bytes() == weights[1] != weights[0]


def test_other_settings_are_other_runs(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]]
) -> None:
    again("--seeds", "1")
    assert "already" not in again("--seeds", "1", "--set", "temperature=0.3")[1]
    assert len(runs()) == 2


def test_several_values_are_several_runs_called_by_them(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]]
) -> None:
    for _ in range(2):
        code, said = again("--method", "simclr", "--set", "temperature=0.1,0.5", "--seeds", "2")
        assert code == 0
    assert said.count("is finished already") == 4
    assert sorted((run.config()["seed"], run.config()["settings"]["temperature"]) for run in runs()) == [
        (0, 0.1), (0, 0.5), (1, 0.1), (1, 0.5)
    ]  # fmt: skip
    assert [bool(re.match(r"simclr-starter-seed\d-temperature-0-[15]-\d", run.name)) for run in runs()] == 4 * [True]
    wrong = again("--set", "temperature=0.2,-1")
    assert wrong[0] == 2 and "temperature=-1: The setting temperature is -1.0" in wrong[1] and len(runs()) == 4


def test_a_small_batch_is_found_again(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]]
) -> None:
    """The trainer makes the usual batch as small as the data, which is told once: the same command means the same runs."""
    for _ in range(2):
        said = again("--seeds", "2", "--set", "batch_size=256")[1]
        assert said.count("The data has 64 clips: a step takes 64 of them, not 256.") == 1
    assert [run.config()["batch_size"] for run in runs()] == [64, 64]


def test_a_twin_is_no_run_of_its_own(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]]
) -> None:
    again("--seeds", "1")
    write_twin(runs()[0].path, Twin(Role.HEALTHY, "broken", "part:negatives"))
    assert "already" not in again("--seeds", "1")[1] and len(runs()) == 2


def test_a_full_disk_ends_them_all(again: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []

    def full(folder: Path, **_: object) -> None:
        turns.append(folder)
        writer = RunWriter(folder)
        writer.write_status(Status(State.DISK_FULL))
        writer.close()
        raise UserError("The disk is full.")

    monkeypatch.setattr(trainer, "train", full)
    code, said = again("--seeds", "3")
    assert (code, len(turns)) == (2, 1) and "Run 1 of 3 is disk full, and the others wait" in said


def test_all_methods_have_their_turn_and_a_failure_leaves_the_others_theirs(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]], monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = []

    def fails(folder: Path, **_: object) -> None:
        turns.append(Path(folder).name.split("-2")[0])
        if len(turns) == 2:
            raise UserError("It can't be trained.")

    monkeypatch.setattr(trainer, "train", fails)
    code, said = again("--method", "simclr, byol,", "--seeds", "2")
    assert turns == ["simclr-starter-seed0", "byol-starter-seed0", "simclr-starter-seed1", "byol-starter-seed1"]
    assert code == 2 and "It can't be trained." in said
    failed = next(run.name for run in runs() if run.name.startswith(turns[1]))
    assert said.endswith(f"1 of 4 failed: {failed}; the same command tries them again.\n")


def test_a_stop_ends_them_all_and_the_same_command_goes_on(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]], at_step: Callable[..., None]
) -> None:
    at_step(1, lambda: runs()[-1].ask(Control.STOP))
    code, said = again("--seeds", "2", "--steps", "2")
    assert code == 130 and "Run 1 of 2 is stopped, and the others wait; the same command goes on with it." in said
    assert [run.status().state for run in runs()] == [State.STOPPED]
    assert again("--seeds", "2", "--steps", "2")[0] == 0
    assert [(run.status().state, run.status().attempt) for run in runs()] == [(State.FINISHED, 2), (State.FINISHED, 1)]


def test_two_commands_at_once_share_the_runs_and_none_is_trained_twice(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first trains its first run, the second is given: it leaves that run to the first, and trains the other."""
    turns: list[str] = []
    second: list[tuple[int, str]] = []
    begun: list[str] = []

    def trains(folder: Path, **_: object) -> None:
        turns.append(folder.name)
        begun.append(provenance()["created"])
        if len(turns) == 1:
            second.append(again("--seeds", "2"))
        writer = RunWriter(folder)
        writer.write_status(Status(State.FINISHED))
        writer.close()

    monkeypatch.setattr(trainer, "train", trains)
    code, said = again("--seeds", "2")
    assert code == 0 and second[0][0] == 0 and len(turns) == len(set(turns)) == len(runs()) == 2
    assert f"Run 1 of 2 is left to whoever trains it. The run {turns[0]} is already being trained" in second[0][1]
    assert "Run 2 of 2 is finished already" in said
    assert runs()[1].config()["created"] >= begun[0], "it tells when the run was made, not when the command was given"


def test_a_run_that_another_process_goes_on_with_meanwhile_is_left_to_it(
    again: Callable[..., tuple[int, str]], runs: Callable[[], list[RunFolder]], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def stopped(folder: Path, **_: object) -> None:
        held.append(RunWriter(folder))
        held[0].write_status(Status(State.STOPPED))

    with monkeypatch.context() as patched:
        patched.setattr(trainer, "train", stopped)
        again("--seeds", "1")
    code, said = again("--seeds", "1")
    held[0].close()
    assert code == 0 and "is left to whoever trains it" in said and len(runs()) == 1


def test_nobody_else_makes_a_run_between_the_look_and_the_making(
    again: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def create(folder: Path, *rest: object, **options: object) -> RunFolder:
        root = os.open(folder.parent, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(root)
        made.append(folder)
        raise UserError("Enough.")

    monkeypatch.setattr(series, "create_run", create)
    again("--seeds", "1")
    assert len(made) == 1


def test_a_setting_that_one_of_several_methods_lacks_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    several = ["--method", "simclr,vicreg", "--set", "temperature=0.2", "--runs", str(tmp_path)]
    assert main(["run", *several]) == 2
    assert "vicreg: There is no setting 'temperature'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
