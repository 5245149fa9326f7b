"""The command line: JSON alone where it is asked for, one sentence and exit code 2 for every mistake."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training.__main__ import main
from training.breaks import BREAKS
from training.data.dataset import Dataset
from training.methods import METHODS
from training.run import Control, RunFolder, RunWriter, State, Status, create_run
from training.trainer import train

TINY = ["--set", "batch_size=16", "--set", "probe_clips=32", "--set", "mels=16", "--set", "crop_seconds=0.32"]
LONG = "x" * 400


@pytest.fixture
def no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.config.git_revision", lambda: None)


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The JSON that a command prints; nothing else may stand on standard output."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def sentence(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a mistake is answered: exit code 2, one line on standard error, nothing on standard output."""
    capsys.readouterr()
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    lines = [line for line in err.strip().splitlines() if not line.startswith("Training in ") and line[-1] != "%"]
    assert out == "" and len(lines) == 1 and lines[0].endswith("."), err
    return lines[0]


def test_a_run_from_the_command_line(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], no_git: None
) -> None:
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
    assert captured.out == "" and f"Training in {out}" in captured.err and "The run is finished." in captured.err
    assert "holds a run already" in sentence(capsys, *options)


def test_a_run_without_a_folder_gets_one_named_by_method_data_and_time(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], no_git: None
) -> None:
    assert main(["run", "--runs", str(tmp_path), "--steps", "1", "--device", "cpu", *TINY]) == 0
    (folder,) = tmp_path.iterdir()
    assert re.fullmatch(r"simclr-starter-20\d{6}-\d{6}", folder.name)
    found = answer(capsys, "list", "--runs", str(tmp_path))
    (row,) = found["runs"]
    latest = row.pop("latest")
    assert row == {
        "run": folder.name, "state": "finished", "step": 1, "method": "simclr", "breaks": [], "data": "starter", "warning": "",
        "verdict": "too_early",
    }  # fmt: skip
    assert latest.keys() == {curve.key for curve in RunFolder(folder).schema().curves}
    assert main(["list", "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert folder.name in shown and f"Effective rank {latest['measure/effective_rank']:.1f}, " in shown


def test_a_waiting_folder_is_run(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run(steps=2)
    assert main(["run", str(run.path)]) == 0
    assert run.status().state == State.FINISHED and run.status().step == 2
    assert "has been trained already" in sentence(capsys, "run", str(run.path))


def test_a_relative_folder_of_sounds_is_found_from_anywhere(
    tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_git: None
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--data", "sounds", "--steps", "1", "--out", "mine"]) == 2, "there is no such folder"
    assert RunFolder(tmp_path / "mine").config()["data"] == str(tmp_path / "sounds")


def test_an_error_of_the_system_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("training.data.list_datasets", lambda: os.listdir(tmp_path / "file"))
    said = f"The command could not be carried out: Not a directory ({tmp_path / 'file'})."
    assert sentence(capsys, "data", "list") == said


def test_resume_and_stop(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run("mine", steps=2)
    runs = ["--runs", str(run.path.parent)]
    assert "so there is nothing to stop" in sentence(capsys, "stop", "mine", *runs)
    assert main(["run", str(run.path)]) == 0
    assert main(["resume", "mine", *runs]) == 0
    assert run.status().attempt == 2 and run.status().state == State.FINISHED
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING))
    assert main(["stop", str(run.path)]) == 0
    assert writer.controls() == [Control.STOP]
    assert "already being trained by another process" in sentence(capsys, "resume", "mine", *runs)
    writer.close()


def test_list_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "list", "--runs", str(tmp_path / "nowhere")) == {"runs": []}
    assert main(["list", "--runs", str(tmp_path)]) == 0 and "There are no runs" in capsys.readouterr().out


def test_help_lists_what_is_for_users(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "finetune" in shown and "standby" not in shown


def test_an_alarm_is_listed(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run()
    writer = RunWriter(run.path)
    writer.write_status(Status(State.FINISHED, warning="Collapse: all is one point.", warned_by="normalised_std"))
    writer.close()
    (row,) = answer(capsys, "list", "--runs", str(run.path.parent))["runs"]
    assert row["warning"] == "Collapse: all is one point."
    assert main(["list", "--runs", str(run.path.parent)]) == 0
    assert "Collapse: all is one point." in capsys.readouterr().out


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


def test_methods(capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "methods")["methods"]
    assert [row["name"] for row in rows] == list(METHODS)
    for row in rows:
        assert row.keys() >= {"name", "family", "settings", "encoders", "breaks", "breaks_when"}
        assert row["encoders"] == list(METHODS[row["name"]].encoders) and row["breaks_when"]
        assert row["breaks"] == {part: found.expected for part, found in BREAKS.get(row["name"], {}).items()}
        assert all(s.keys() >= {"name", "default", "low", "high", "meaning"} for s in row["settings"])
    assert main(["methods"]) == 0
    out = capsys.readouterr().out
    assert all(s["name"] in out for row in rows for s in row["settings"])


def test_data(tones: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "data", "list")["data"]
    starter = next(row for row in rows if row["name"] == "starter")
    assert starter["state"] == "ready" and starter["clips"] == 64
    found = answer(capsys, "data", "show", "starter")
    assert found["clips"] == 64 and found["fingerprint"] == tones.fingerprint and found["skipped"] == []
    assert found["facets"]["class"] == {"bell": 16, "buzz": 16, "hiss": 16, "hum": 16}
    assert main(["data", "list"]) == main(["data", "show", "starter"]) == 0
    assert "64 clips" in capsys.readouterr().out


def test_data_packed(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, no_git: None
) -> None:
    out = tmp_path / "tones.bin"
    assert main(["data", "pack", "starter", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"{out}: 64 clips, " in said and said.rstrip().endswith("The 4 pictures beside the sounds are not in it.")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    found = answer(capsys, "data", "show", str(out))
    assert (found["name"], found["clips"], found["fingerprint"]) == ("tones", 64, tones.fingerprint)
    run = ["run", "--data", str(out), "--steps", "1", "--out", str(tmp_path / "run"), "--device", "cpu", *TINY]
    assert main(run) == 0
    assert RunFolder(tmp_path / "run").config()["data_fingerprint"] == tones.fingerprint
    assert answer(capsys, "evaluate", str(tmp_path / "run"))["clips"] == 64
    assert main(["data", "pack", str(out), "--out", str(out)]) == 0, "a pack may be packed anew"
    out.write_text("mine")
    assert "is there already and is no pack" in sentence(capsys, "data", "pack", "starter", "--out", str(out))


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


def test_evaluate(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run(steps=2)
    train(run.path)
    found = answer(capsys, "evaluate", str(run.path))
    assert found["facets"].keys() == {"class", "source"}
    for facet, scores in found["facets"].items():
        assert scores.keys() == {"knn", "cross_group_knn", "probe", "chance", "baselines"}
        assert scores["baselines"].keys() == {"random_init", "log_mel", "mfcc"}
        for row in (scores, *scores["baselines"].values()):
            assert 0 <= row["knn"] <= 1
            assert (row["cross_group_knn"] is None) == (row["probe"] is None) == (facet == "source")
        assert scores["chance"] == 0.25
    at_start = answer(capsys, "evaluate", str(run.path), "--step", "0")
    klass = at_start["facets"]["class"]
    assert {k: klass[k] for k in ("knn", "cross_group_knn", "probe")} == klass["baselines"]["random_init"]
    for name, values in at_start["measures"].items():
        assert values["trained"] == pytest.approx(values["random_init"], rel=1e-4, abs=1e-6), name
    first = next(row for row in run.metrics() if "measure/normalised_std" in row)
    rank = at_start["measures"]["effective_rank"]["trained"]
    assert rank == pytest.approx(first["measure/effective_rank"], rel=0.4), "of all clips, not only the probe's"
    assert main(["evaluate", str(run.path)]) == 0
    shown = capsys.readouterr().out
    assert "random_init" in shown and "Cross-group kNN" in shown and "Effective rank of the encoder" in shown


def test_finetune(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run(steps=1)
    train(run.path)
    options = ["finetune", str(run.path), "--facet", "class", "--labels", "2", "--seconds", "0.05"]
    found = answer(capsys, *options)
    assert found["trained"].keys() == found["random_init"].keys() == {"fine_tuned", "probe"}
    assert main(options) == 0
    shown = capsys.readouterr().out
    assert "labels from" in shown and "random_init" in shown and "linear probe" in shown
    assert "no facet" in sentence(capsys, *options[:2], "--facet", "digit", "--labels", "2")


def test_embed(made_run: Callable[..., RunFolder], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    run = made_run(steps=1)
    train(run.path)
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    for name in ("a", "b"):
        soundfile.write(sounds / f"{name}.wav", np.random.default_rng(0).uniform(-0.3, 0.3, 9000), 16_000)
    out = tmp_path / "x.parquet"
    assert main(["embed", str(run.path), str(sounds / "a.wav"), str(sounds), "--out", str(out)]) == 0
    table = parquet.read_table(out)
    assert len(table) == 3 and {"id", "file", "offset_seconds", "seconds", "vector"} <= set(table.column_names)
    vectors = np.array(table["vector"].to_pylist())
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(vectors[0], vectors[1], rtol=1e-4, atol=1e-5)
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "can't be written: Is a directory." in sentence(
        capsys, "embed", str(run.path), str(sounds), "--out", str(folder)
    )
    assert "can't be written: there is no folder" in sentence(
        capsys, "embed", str(run.path), str(sounds), "--out", str(tmp_path / "no" / "where.parquet")
    )
    assert "can't be written: there is no folder" in sentence(
        capsys, "embed", str(run.path), str(sounds), "--out", str(tmp_path / LONG / "x.parquet")
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--method", "magic"], "There is no method 'magic'"),
        (["run", "--encoder", "ears"], "doesn't fit the encoder 'ears'"),
        (["run", "--steps", "0"], "The setting steps is 0"),
        (["run", "--seconds", "-3"], "The setting seconds is -3"),
        (["run", "--seed", "-1"], "The setting seed is -1"),
        (["run", "--set", "temperature"], "--set temperature was given, but name=value was expected"),
        (["run", "--set", "temperature=hot"], "The setting temperature is 'hot'"),
        (["run", "--set", "loudness=3"], "There is no setting 'loudness'"),
        (["run", "--set", "batch_size=1000000"], "The setting batch_size is 1000000"),
        (["run", "--steps", "2", "--set", "batch_size=65", "--out", "OUT"], "The data has 64 clips, but a batch of 65"),
        (["run", "--steps", "2", "--data", "/nowhere/at/all", "--out", "OUT"], "/nowhere/at/all"),
        (["run", "--out", "/proc/nowhere/run"], "cannot be written to"),
        (["run", "--out", LONG], "cannot be written to"),
        (["run", "/nowhere"], "holds no run"),
        (["run", LONG], "holds no run"),
        (["run", "/nowhere", "--steps", "2", "--set", "mels=16"], "so --steps, --set can't be given as well"),
        (["run", "/nowhere", "--out", "/elsewhere"], "so --out can't be given as well"),
        (["run", "/nowhere", "--seed", "0"], "so --seed can't be given as well"),
        (["resume", "nothing"], "There is no run nothing"),
        (["stop", "nothing"], "There is no run nothing"),
        (["evaluate", "nothing"], "There is no run nothing"),
        (["finetune", "nothing", "--facet", "class", "--labels", "2"], "There is no run nothing"),
        (["embed", "nothing", "x.wav", "--out", "x.parquet"], "There is no run nothing"),
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
    arguments: list[str], words: str, tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], no_git: None
) -> None:
    if "--out" not in arguments and arguments[0] == "run" and len(arguments) > 2:
        arguments = [*arguments, "--runs", str(tmp_path)]
    out = str(tmp_path / "out")
    assert words in sentence(capsys, *[out if a == "OUT" else a for a in arguments])
    assert not list(tmp_path.glob("*-simclr")), "a mistake leaves no run behind"


def test_cuda_that_is_not_there(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], no_git: None
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    options = ("run", "--device", "cuda", "--steps", "1", "--out", str(tmp_path / "x"), *TINY)
    assert "A CUDA device was asked for" in sentence(capsys, *options)


@pytest.mark.parametrize("command", [[], ["nonsense"], ["run", "--steps", "many"], ["evaluate"], ["data"]])
def test_the_parser_ends_with_two(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(command)
    assert caught.value.code == 2 and capsys.readouterr().out == ""


def test_durability_a_second_trainer_of_the_real_command_exits_at_once_and_a_terminated_one_leaves_a_checkpoint(
    made_run: Callable[..., RunFolder], tmp_path: Path
) -> None:
    """As a user's shell does it: the real process, its exit codes, and a signal."""
    run = made_run(steps=1_000_000)
    command = [sys.executable, "-m", "training", "run", str(run.path)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 100
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
        out, err = first.communicate(timeout=100)
    finally:
        first.kill()
        first.communicate()
    assert first.returncode == 0 and out == "" and "The run is stopped." in err and "Traceback" not in err
    assert run.status().state == State.STOPPED and run.checkpoints()[-1] == run.status().step


def test_part_of_a_name_is_answered_with_the_names_that_hold_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("byol-broken", "byol-healthy", "simclr"):
        create_run(tmp_path / name, {"method": name.partition("-")[0]})
    assert main(["diagnose", "BYOL", "--runs", str(tmp_path)]) != 0
    said = capsys.readouterr().err
    assert "There is no run BYOL" in said and "byol-broken" in said and "byol-healthy" in said and "simclr" not in said
