"""Runs from the command line: trained, resumed, stopped and listed; JSON alone where it is asked for."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import TINY, answer, sentence
from training.__main__ import main
from training.commands.output import longer
from training.data.dataset import Dataset
from training.run import Control, RunFolder, RunWriter, State, Status, create_run
from training.this_python import this_python


def test_a_run_from_the_command_line(tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine"
    options = ["run", "--data", "starter", "--steps", "3", "--out", str(out), "--seed", "5", "--device", "cpu", *TINY]
    assert main([*options, "--method", "byol", "--set", "momentum=0.5"]) == 0
    run = RunFolder(out)
    assert run.status().state == State.FINISHED
    config = run.config()
    assert (config["method"], config["seed"], config["steps"], config["seconds"]) == ("byol", 5, 3, None)
    assert config["settings"]["momentum"] == 0.5 and config["views"]["crop_seconds"] == 0.32
    assert config["data_fingerprint"] == tones.fingerprint
    captured = capsys.readouterr()
    assert captured.out == "" and f"Training in {out}" in captured.err
    assert "The run is finished. Too early to tell." in captured.err
    assert "What to change: Train longer: a judgement needs 200 steps" in captured.err
    assert f"To look at it: {this_python()} app.py --runs {tmp_path}" in captured.err
    assert "holds a run already" in sentence(capsys, *options)


def test_a_run_without_a_folder_gets_one_named_by_method_data_and_time(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--runs", str(tmp_path), "--steps", "1", "--device", "cpu", *TINY]) == 0
    (folder,) = tmp_path.iterdir()
    assert re.fullmatch(r"simclr-starter-20\d{6}-\d{6}", folder.name)
    found = answer(capsys, "list", "--runs", str(tmp_path))
    (row,) = found["runs"]
    latest = row.pop("latest")
    assert row == {
        "run": folder.name, "state": "finished", "step": 1, "method": "simclr", "breaks": [], "data": "starter", "message": "",
        "warning": "", "verdict": "too_early",
    }  # fmt: skip
    assert latest.keys() == {curve.key for curve in RunFolder(folder).schema().curves}
    assert main(["list", "--runs", str(tmp_path)]) == 0
    name, measured = capsys.readouterr().out.splitlines()
    before = RunFolder(folder).baselines()["cross_group_knn"]["class"]["random_init"]
    knn = f"Cross-group kNN {latest['measure/cross_group_knn']:.3f} (random initialisation {before:.3f})"
    assert name.startswith(folder.name) and measured.strip() == knn
    assert main(["list", "--all", "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert f"{knn}, " in shown and f"Effective rank {latest['measure/effective_rank']:.1f}, " in shown


def test_a_waiting_folder_is_run(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run(steps=2)
    assert main(["run", str(run.path)]) == 0
    assert run.status().state == State.FINISHED and run.status().step == 2
    assert "has been trained already" in sentence(capsys, "run", str(run.path))


def test_a_relative_folder_of_sounds_is_found_from_anywhere(
    tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sounds").mkdir()
    assert main(["run", "--data", "sounds", "--steps", "1", "--out", "mine"]) == 2, "there is no sound in it"
    assert RunFolder(tmp_path / "mine").config()["data"] == str(tmp_path / "sounds")


def test_resume_and_stop(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run("mine", steps=2)
    runs = ["--runs", str(run.path.parent)]
    assert "so there is nothing to stop" in sentence(capsys, "stop", "mine", *runs)
    run.ask(Control.STOP)
    assert main(["run", str(run.path)]) == 130 and run.status().state == State.STOPPED
    assert main(["resume", "mine", *runs]) == 0
    assert run.status().attempt == 2 and run.status().state == State.FINISHED
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING))
    assert main(["stop", str(run.path)]) == 0
    assert writer.controls() == [Control.STOP]
    assert "already being trained by another process" in sentence(capsys, "resume", "mine", *runs)
    writer.close()


def test_a_stopped_run_whose_sounds_are_gone_is_refused_before_its_trainer_begins(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run()
    writer = RunWriter(run.path)
    writer.write_status(Status(State.STOPPED, step=2))
    writer.close()
    (run.path / "config.json").write_text(json.dumps({**run.config(), "data": "/nowhere/sounds"}))
    before = run.status()
    said = sentence(capsys, "resume", str(run.path))
    assert said.startswith("The run run needs its sounds to go on, but /nowhere/sounds cannot be used")
    assert run.status() == before


def test_ctrl_c_says_how_to_go_on_of_a_new_run_as_of_a_resumed_one(
    made_run: Callable[..., RunFolder], at_step: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run(steps=9)
    for command, state in (("run", State.STOPPED), ("resume", State.STOPPED), ("resume", State.FINISHED)):
        if state is State.STOPPED:
            at_step(2, lambda: os.kill(os.getpid(), signal.SIGINT))
        assert main([command, str(run.path)]) == (130 if state is State.STOPPED else 0) and run.status().state is state
        said = capsys.readouterr().err
        assert (f"\nTo go on with it: {this_python()} -m training resume {run.path}\n" in said) is (
            state is State.STOPPED
        )
        assert said.splitlines()[-1] == f"To look at it: {this_python()} app.py --runs {run.path.parent}"


@pytest.mark.parametrize("command", ["run", "resume"])
def test_ctrl_c_before_the_trainer_heeds_it_says_the_same(
    command: str,
    made_run: Callable[..., RunFolder],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    run = made_run()
    monkeypatch.setattr("training.trainer.train", interrupted)
    assert main([command, str(run.path)]) == 130
    assert capsys.readouterr().err.endswith(
        f"To go on with it: {this_python()} -m training resume {run.path}\nStopped.\n"
    )


def test_a_finished_run_is_trained_longer(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run(steps=2)
    assert main(["run", str(run.path)]) == 0
    more = f"{this_python()} -m training resume {run.path} --steps 200"  # as many as a judgement needs
    assert f"To train it longer: {more}" in capsys.readouterr().err
    assert sentence(capsys, "resume", str(run.path)) == f"The run run has finished; {more} trains it longer."
    assert main(["diagnose", str(run.path)]) == 0
    assert f"It has finished at step 2; {more} trains it longer." in capsys.readouterr().out
    alarmed = json.loads((run.path / "status.json").read_text()) | {"warning": "Dimensional collapse."}
    (run.path / "status.json").write_text(json.dumps(alarmed))
    assert main(["diagnose", str(run.path)]) == 0 and "trains it longer" not in capsys.readouterr().out
    assert main(["resume", str(run.path), "--steps", "4"]) == 0
    assert (run.status().state, run.status().step, run.config()["steps"]) == (State.FINISHED, 4, 4)
    assert "has been trained for 4 steps already" in sentence(capsys, "resume", str(run.path), "--steps", "4")
    assert "The setting seconds is 0.0" in sentence(capsys, "resume", str(run.path), "--seconds", "0")


def test_a_long_run_is_offered_twice_its_length_and_folders_are_quoted_for_the_shell(
    made_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run("my run", steps=2)
    monkeypatch.setattr("training.commands.output.longer_lengths", lambda run: ("steps", [450, 600, 1200]))
    assert longer(run) == f"{this_python()} -m training resume '{run.path}' --steps 600"
    monkeypatch.setattr("training.commands.output.longer_lengths", lambda run: ("seconds", [45, 60, 120]))
    assert shlex.split(longer(run))[3:] == ["resume", str(run.path), "--seconds", "60"]


def test_a_finished_run_that_keeps_no_checkpoint_says_so(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run()
    writer = RunWriter(run.path)
    writer.write_status(Status(State.FINISHED, step=6))
    writer.close()
    assert (
        sentence(capsys, "resume", str(run.path)) == "The run run has finished, and keeps no checkpoint to go on from."
    )
    assert "keeps no checkpoint to go on from, so it can't" in sentence(capsys, "resume", str(run.path), "--steps", "9")


def test_list_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "list", "--runs", str(tmp_path)) == {"runs": []}
    assert main(["list", "--runs", str(tmp_path)]) == 0 and "There are no runs" in capsys.readouterr().out


def test_an_alarm_is_listed(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run()
    writer = RunWriter(run.path)
    writer.write_status(Status(State.FINISHED, warning="Collapse: all is one point.", warned_by="normalised_std"))
    writer.close()
    (row,) = answer(capsys, "list", "--runs", str(run.path.parent))["runs"]
    assert row["warning"] == "Collapse: all is one point."
    assert main(["list", "--runs", str(run.path.parent)]) == 0
    assert "Collapse: all is one point." in capsys.readouterr().out


def test_why_a_run_failed_is_listed(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run()
    writer = RunWriter(run.path)
    for state, told in ((State.FAILED, True), (State.FINISHED, False)):
        writer.write_status(Status(state, message="The data has\n3 clips."))
        (row,) = answer(capsys, "list", "--runs", str(run.path.parent))["runs"]
        assert (row["state"], row["message"]) == (state, "The data has\n3 clips.")
        assert main(["list", "--runs", str(run.path.parent)]) == 0
        assert ("The data has 3 clips." in capsys.readouterr().out) is told
    writer.close()


def test_a_broken_run_is_listed(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run()
    (run.path / "config.json").write_text("{")
    (run.path / "status.json").unlink()
    (row,) = answer(capsys, "list", "--runs", str(run.path.parent))["runs"]
    assert row["state"] == "failed" and row["method"] is None
    assert main(["list", "--runs", str(run.path.parent)]) == 0


def test_a_run_whose_texts_cannot_be_printed_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = create_run(tmp_path / os.fsdecode(b"\xff"), {}).path
    (folder / "config.json").write_text(json.dumps({"method": chr(0xD800), "data": ["a"]}))
    assert main(["list", "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("\\udcff ") and "\\ud800 on ['a']" in shown
    (row,) = answer(capsys, "list", "--runs", str(tmp_path))["runs"]
    assert (row["run"], row["method"], row["data"]) == (folder.name, chr(0xD800), ["a"])


def test_durability_a_second_trainer_of_the_real_command_exits_at_once_and_a_terminated_one_leaves_a_checkpoint(
    made_run: Callable[..., RunFolder], tmp_path: Path
) -> None:
    """As a user's shell does it: the real process, its exit codes, and a signal."""
    run = made_run(steps=1_000_000)
    command = [sys.executable, "-m", "training", "run", str(run.path)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 240
        while run.status().state != State.TRAINING and first.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert run.status().state == State.TRAINING
        timed = [sys.executable, "-X", "importtime", *command[1:]]
        second = subprocess.run(timed, capture_output=True, text=True, check=False)
        said = [line for line in second.stderr.splitlines() if not line.startswith("import time:")]
        assert second.returncode == 2 and second.stdout == "" and len(said) == 1
        assert "already being trained by another process" in said[0]
        assert not re.search(r"\| +torch$", second.stderr, re.MULTILINE), (
            "it says no before it loads torch, which takes long"
        )
        os.kill(first.pid, 15)
        out, err = first.communicate(timeout=240)
    finally:
        first.kill()
        first.communicate()
    assert first.returncode == 130 and out == "" and "The run is stopped." in err and "Traceback" not in err
    assert run.status().state == State.STOPPED and run.checkpoints()[-1] == run.status().step


def test_what_torch_notes_when_its_import_is_broken_off_is_not_printed(tmp_path: Path) -> None:
    """It sets the level of its own log at the end of its import, and sums up its caches whenever a process ends."""
    ended = "logging.getLogger('torch._subclasses.fake_tensor').info('FakeTensor cache stats:')"
    script = f"import logging; from training.__main__ import main; main(['list', '--runs', '.']); {ended}"
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path, env=_own_path()
    )
    assert (told.stdout, told.stderr) == ("There are no runs in ..\n", "")


def _own_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
