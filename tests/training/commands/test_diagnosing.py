"""What `diagnose` says beside the judgement: how a run stands, and what went wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import answer
from training.__main__ import main
from training.run import RunFolder, RunWriter, State, Status
from training.this_python import this_python
from training.watch import Watch


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.FAILED, "It has failed at step 3: There is no sound."),
        (State.CRASHED, "It has crashed at step 3: There is no sound."),
        (State.DISK_FULL, "The disk was full at step 3: There is no sound."),
    ],
)
def test_what_went_wrong_is_said_first_and_nobody_is_told_to_train_longer(
    state: State, words: str, made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run()
    writer = RunWriter(run.path)
    writer.write_status(Status(state, step=3, message="There is no sound."))
    writer.close()
    assert main(["diagnose", str(run.path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{words}\n") and "Train longer" not in told
    assert f"\n{this_python()} -m training resume {run.path} goes on with it.\n" in told
    found = answer(capsys, "diagnose", str(run.path))
    assert (found["state"], found["message"], found["remedy"]) == (state, "There is no sound.", "")


def test_a_watched_loop_that_raised_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="of mine"), Watch(tmp_path / "mine") as watch:
        watch.log(4, loss=1.0)
        raise ValueError("a mistake\nof mine")
    assert main(["diagnose", str(tmp_path / "mine")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("It has failed at step 4: ValueError: a mistake of mine\n") and "Train longer" not in told


def test_diagnose_says_how_a_stopped_run_goes_on(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run()
    writer = RunWriter(run.path)
    for state, told in ((State.STOPPED, True), (State.FINISHED, False)):
        writer.write_status(Status(state, step=7))
        assert main(["diagnose", str(run.path)]) == 0
        again = f"It stands at step 7, stopped; {this_python()} -m training resume {run.path} goes on with it."
        assert (again in capsys.readouterr().out) is told
    writer.close()
