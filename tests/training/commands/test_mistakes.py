"""One sentence and exit code 2 for every mistake."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import LONG, TINY, sentence
from tests.support.forked import fork_followers
from training.__main__ import main
from training.commands.runs import INTERNAL
from training.data.dataset import Dataset
from training.run import RunFolder, create_run


def test_an_error_of_the_system_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("training.data.list_datasets", lambda: os.listdir(tmp_path / "file"))
    said = f"The command could not be carried out: Not a directory ({tmp_path / 'file'})."
    assert sentence(capsys, "data", "list") == said


def test_help_lists_what_is_for_users(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "finetune" in shown and not any(name in shown for name in INTERNAL)


def test_an_unknown_command_is_told_those_that_are_for_users(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nonsense"])
    shown = capsys.readouterr().err
    assert "nonsense" in shown and "finetune" in shown and not any(name in shown for name in INTERNAL)


@pytest.mark.parametrize("name", INTERNAL)
def test_other_programs_are_understood(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0 and name in capsys.readouterr().out


def test_a_device_that_fails_is_one_sentence(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def failing(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr("training.finetune.fine_tuning", failing)
    options = ("finetune", str(made_run().path), "--facet", "class", "--labels", "2")
    assert sentence(capsys, *options).startswith("The memory of the GPU is used up; a smaller batch")
    monkeypatch.setattr(
        "training.finetune.fine_tuning", lambda *_: (_ for _ in ()).throw(RuntimeError("a mistake of ours"))
    )
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        main(list(options))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--method", "magic"], "There is no method 'magic'"),
        (["run", "--encoder", "ears"], "doesn't fit the encoder 'ears'"),
        (["run", "--steps", "0"], "The setting steps is 0"),
        (["run", "--seconds", "-3"], "The setting seconds is -3"),
        (["run", "--seed", "-1"], "The setting seed is -1"),
        (["run", "--seeds", "0"], "--seeds 0 was given, but a whole number of at least 1 was expected"),
        (["run", "--method", "simclr,magic"], "There is no method 'magic'"),
        (["run", "--method", " ,"], "--method  , was given, but the names of methods were expected"),
        (["run", "--method", "simclr,byol", "--break", "predictor"], "predictor"),
        (["run", "--seeds", "2", "--out", "OUT"], "--out names the folder of one run"),
        (["run", "/nowhere", "--seeds", "2"], "so --seeds can't be given as well"),
        (["compare", "nothing"], "There is no run nothing"),
        (["run", "--set", "temperature"], "--set temperature was given, but name=value was expected"),
        (["run", "--set", "temperature=hot"], "The setting temperature is 'hot'"),
        (["run", "--set", "loudness=3"], "There is no setting 'loudness'"),
        (["run", "--set", "batch_size=1000000"], "The setting batch_size is 1000000"),
        (["run", "--steps", "2", "--set", "batch_size=65", "--out", "OUT"], "The data has 64 clips, but a batch of 65"),
        (
            ["run", "--data", "/nowhere/at/all", "--steps", "2"],
            "There is nothing at /nowhere/at/all: --data takes a folder",
        ),
        (
            ["run", "--data", "shards:/nowhere/at/all"],
            "There is nothing at /nowhere/at/all; tar files, a folder of them",
        ),
        (["run", "--data", "shards:/a/{3..1}.tar"], "/a/{3..1}.tar names no shards"),
        (["twins", "--method", "byol", "--break", "x"], "With the method byol, --break takes stop_gradient, predictor"),
        (
            ["twins", "--method", "byol", "--mistake", "x"],
            "--mistake takes no_augmentation, large_learning_rate; 'x' was given",
        ),
        (["methods", "simclr", "magic"], "There is no method 'magic'"),
        (["run", "--out", "/proc/nowhere/run"], "cannot be written to"),
        (["run", "--out", LONG], "cannot be written to"),
        (["run", "/nowhere"], "holds no run"),
        (["run", LONG], "holds no run"),
        (["run", "/nowhere", "--steps", "2", "--set", "mels=16"], "so --steps, --set can't be given as well"),
        (["run", "/nowhere", "--out", "/elsewhere"], "so --out can't be given as well"),
        (["run", "/nowhere", "--seed", "0"], "so --seed can't be given as well"),
        (["resume", "nothing"], "There is no run nothing"),
        (["resume", "nothing", "--devices", "0"], "The setting devices is 0"),
        (["stop", "nothing"], "There is no run nothing"),
        (["evaluate", "nothing"], "There is no run nothing"),
        (["finetune", "nothing", "--facet", "class", "--labels", "2"], "There is no run nothing"),
        (["embed", "nothing", "x.wav", "--out", "x.parquet"], "There is no run nothing"),
        (
            ["import", "/a/events.1", "/a/events.2"],
            "2 files were given, but one was expected: the folder of the event files",
        ),
        (["import", "/a/events*"], "a file to import, or a folder of event files, was expected"),
        (["data", "show", "/nowhere"], "/nowhere"),
        (["data", "show", LONG], "File name too long"),
        (["data", "show", "~nobody-here"], "No such file or directory"),
        (["data", "fetch", "nothing"], "nothing"),
        (["data", "pack", "/nowhere", "--out", "OUT"], "/nowhere"),
        (["data", "pack", "starter", "--out", "/nowhere/x"], "there is no folder /nowhere"),
        (["data", "pack", "starter", "--out", LONG], "can't be written: File name too long"),
    ],
    ids=lambda value: " ".join(value).replace(LONG, "long") if isinstance(value, list) else "",
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], words: str, tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "--out" not in arguments and arguments[0] == "run" and len(arguments) > 2:
        arguments = [*arguments, "--runs", str(tmp_path)]
    out = str(tmp_path / "out")
    assert words in sentence(capsys, *[out if a == "OUT" else a for a in arguments])
    assert "OUT" in arguments or not list(tmp_path.glob("*/config.json")), "a mistake leaves no run behind"


def test_cuda_that_is_not_there(tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    for options in (("run", "--out", str(tmp_path / "x")), ("twins", "--method", "byol", "--break", "predictor")):
        rest = ("--device", "cuda", "--steps", "1", "--runs", str(tmp_path), *TINY)
        assert "A CUDA device was asked for" in sentence(capsys, *options, *rest)
    assert not list(tmp_path.iterdir()), "a device that isn't there leaves no run behind"


def test_fewer_gpus_than_asked_for_are_told_before_a_run_is_made_or_touched(
    made_run: Callable[..., RunFolder],
    tones: Dataset,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.hardware.gpus", lambda: 2)
    said = "The run is to be shared by 3 GPUs of this machine, but torch finds 2 here; give --devices 2."
    assert sentence(capsys, "run", "--devices", "3", "--steps", "1", "--runs", str(tmp_path / "runs"), *TINY) == said
    assert not (tmp_path / "runs").exists()
    stopped = create_run(tmp_path / "stopped", {**made_run().config(), "device": "auto"})
    before = stopped.status()
    assert sentence(capsys, "resume", str(stopped.path), "--devices", "3") == said
    assert stopped.status() == before


def test_processes_that_share_the_cores_are_no_faster_and_say_so(
    made_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fork_followers(monkeypatch)
    assert main(["run", str(made_run(steps=1, devices=2).path)]) == 0
    assert "the 2 processes of this run share the cores of the CPU, and are no faster than one" in caplog.text
    caplog.clear()
    assert main(["run", str(made_run("alone", steps=1).path)]) == 0
    assert "processes" not in caplog.text


def test_twins_on_several_devices_are_refused_before_they_are_made(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("twins", "--method", "byol", "--break", "predictor", "--devices", "2", "--device", "cpu")
    said = "Twins are trained side by side on one device, but 2 devices were asked for."
    assert sentence(capsys, *options, "--runs", str(tmp_path / "runs"), *TINY) == said
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("command", [[], ["nonsense"], ["run", "--steps", "many"], ["evaluate"], ["data"]])
def test_the_parser_ends_with_two(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(command)
    assert caught.value.code == 2 and capsys.readouterr().out == ""


def test_part_of_a_name_is_answered_with_the_names_that_hold_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("byol-broken", "byol-healthy", "simclr"):
        create_run(tmp_path / name, {"method": name.partition("-")[0]})
    assert main(["diagnose", "BYOL", "--runs", str(tmp_path)]) != 0
    said = capsys.readouterr().err
    assert "There is no run BYOL" in said and "byol-broken" in said and "byol-healthy" in said and "simclr" not in said
