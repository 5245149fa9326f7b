"""The whole command on a CPU, on a tiny pack, with nothing installed but what a machine with a GPU must have."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.gpu.__main__ import main
from benchmarks.gpu.clips import made_tones
from benchmarks.gpu.report import TITLES
from tests.support.only_training import ALONE
from training.data.pack import write_pack
from training.methods import METHODS

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def only_what_it_needs(tmp_path: Path) -> dict[str, str]:
    """An environment in which each Python process, and those that it starts, finds no other package."""
    (tmp_path / "sitecustomize.py").write_text(ALONE)
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


@pytest.mark.timeout(900)  # a minute alone, longer beside other things
def test_it_runs_whole_without_the_pages_packages(tmp_path: Path, only_what_it_needs: dict[str, str]) -> None:
    clips, out = tmp_path / "clips.safetensors", tmp_path / "out"
    write_pack(made_tones(64), clips)
    command = [sys.executable, "-m", "benchmarks.gpu", "--device", "cpu", "--minutes", "1", "--clips", str(clips)]
    ran = subprocess.run(
        [*command, "--out", str(out)], cwd=ROOT, env=only_what_it_needs, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    found = json.loads((out / "gpu.json").read_text())
    assert list(found["parts"]) == list(TITLES) and all(part["complete"] for part in found["parts"].values())
    names = {part: [row["name"] for row in rows["rows"]] for part, rows in found["parts"].items()}
    assert set(METHODS) <= set(names["numbers"])
    families = {METHODS[name].card.family for name in names["trains"] if name in METHODS}
    assert families == {kind.card.family for kind in METHODS.values()}
    assert "simclr, killed" in names["trains"] and names["learns"] == ["simclr", "vicreg"]
    assert {"simclr", "byol_a, 64x96", "encoder resnet", "batch 8"} <= set(names["speed"])
    text = (out / "gpu.md").read_text()
    assert found["device"] in text and all(title in text for title in TITLES.values())


def test_its_packages_are_really_blocked(only_what_it_needs: dict[str, str]) -> None:
    for name in ("gradio", "soundfile", "tensorboard"):
        ran = subprocess.run(
            [sys.executable, "-c", f"import {name}"], env=only_what_it_needs, capture_output=True, check=False
        )
        assert ran.returncode == 1 and b"No module named" in ran.stderr


def test_an_absent_device_is_one_sentence(only_what_it_needs: dict[str, str]) -> None:
    command = [sys.executable, "-m", "benchmarks.gpu", "--device", "cuda"]
    environment = {**only_what_it_needs, "CUDA_VISIBLE_DEVICES": ""}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 2 and "torch finds none here" in ran.stderr and "Traceback" not in ran.stderr


def test_an_unknown_part_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["speeed"])
    assert "there is no part 'speeed'" in capsys.readouterr().err
