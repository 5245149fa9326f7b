"""The commands that list, show and pack data."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import TINY, answer, sentence
from tests.training.data.stream.test_writing import birds
from training.__main__ import main
from training.data.dataset import Dataset
from training.process import PROJECT
from training.run import RunFolder


def test_data(tones: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "data", "list")["data"]
    starter = next(row for row in rows if row["name"] == "starter")
    assert starter["state"] == "ready" and starter["clips"] == 64
    found = answer(capsys, "data", "show", "starter")
    assert found["clips"] == 64 and found["fingerprint"] == tones.fingerprint and found["skipped"] == []
    assert found["facets"]["class"] == {"bell": 16, "buzz": 16, "hiss": 16, "hum": 16}
    assert main(["data", "list"]) == main(["data", "show", "starter"]) == 0
    said = capsys.readouterr().out
    assert "64 clips" in said and "kHz" not in said, "it was made at 16 kHz"
    assert "ESC-50: 2,000 environment sounds of 5 s, 50 classes (CC BY-NC 3.0)" in said
    assert next(row for row in rows if row["name"] == "esc50")["page"] == "https://github.com/karolpiczak/ESC-50"


def test_captions_are_counted(tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sounds = birds(tmp_path)
    for number in (2, 4):
        (sounds / "owl" / f"{number}.v2.txt").write_text("two owls")
    assert answer(capsys, "data", "show", str(sounds))["captions"] == {"clips": 3, "different": 2}
    assert main(["data", "show", str(sounds)]) == main(["data", "show", "starter"]) == 0
    assert capsys.readouterr().out.count("captions: of 3 clips, 2 different") == 1, "the other one has none"


def test_data_packed(
    tones: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
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


def test_shards_are_named_as_a_shell_takes_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sounds = birds(tmp_path / "birds")
    assert main(["shards", str(sounds), str(tmp_path / "out" / "some"), "--per-shard", "4"]) == 0
    named = capsys.readouterr().out.partition("--data ")[2].strip()
    (data,) = subprocess.run(["bash", "-c", f"printf '%s\\n' {named}"], capture_output=True, text=True).stdout.split()
    assert answer(capsys, "data", "show", data)["clips"] == 11
    assert "There is nothing at" in sentence(capsys, "data", "show", f"shards:{tmp_path}/out/some")


def test_a_path_that_is_no_utf8_is_printed_as_it_is(tmp_path: Path) -> None:
    out = os.fsencode(tmp_path) + b"/\xff"
    command = [sys.executable, "-m", "training", "shards", str(birds(tmp_path / "birds")), os.fsdecode(out)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, check=False)
    assert done.returncode == 0 and out in done.stdout
