"""What the speeds of sizes are measured with, and that results of one machine are never mixed with those of another."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import sizes
from training.config import ENCODER_SIZES
from training.encoders import ENCODERS
from training.hardware import hardware
from training.methods import METHODS


def test_every_encoder_is_measured_with_a_method_that_fits_it() -> None:
    for encoder in ENCODERS:
        method = METHODS[sizes.method_for(encoder)]
        assert encoder in method.encoders and not method.card.needs
    assert sizes.method_for("conv2d") == "simclr"


def test_speeds_are_of_whole_steps_of_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(sizes, "ENCODER_SIZES", ("S", "M"))
    steps: list[str] = []
    step = sizes.Work.step
    monkeypatch.setattr(sizes.Work, "step", lambda work: (steps.append(work.learner.config.encoder_size), step(work)))
    found = sizes.measured("conv2d", 8, 2, hardware("cpu"))
    assert found["method"] == "simclr" and set(found["clips_per_second"]) == {"S", "M"}
    assert all(speed > 0 for speed in found["clips_per_second"].values())
    assert steps == ["S", "S", "M", "M"] * 2, "of two steps a turn the second counts, and the sizes take turns"


@pytest.mark.parametrize(("batch", "kept"), [(64, True), (32, False)])
def test_only_results_of_the_same_machine_and_batch_are_kept(
    batch: int, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(encoder: str, batch: int, rounds: int, machine: Any) -> dict[str, Any]:
        return {"method": "simclr", "clips_per_second": dict.fromkeys(ENCODER_SIZES, 1.0)}

    monkeypatch.setattr(sizes, "measured", measured)
    monkeypatch.setattr(sizes, "RESULTS", tmp_path / "sizes.json")
    monkeypatch.setattr(sizes.torch, "set_num_threads", lambda count: None)
    monkeypatch.setattr(sizes, "keep_freed_memory", lambda: None)
    for encoder, size in (("conv2d", 64), ("resnet", batch)):
        monkeypatch.setattr("sys.argv", ["sizes", "--encoder", encoder, "--batch", str(size)])
        sizes.main()
    found = json.loads((tmp_path / "sizes.json").read_text())
    assert found["batch"] == batch and set(found["encoders"]) == ({"conv2d", "resnet"} if kept else {"resnet"})


def test_the_kept_results_are_called_as_this_machine_calls_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes.torch, "get_num_threads", lambda: 1)
    assert json.loads(sizes.RESULTS.read_text())["device"] == hardware("cpu").name == "CPU, 1 thread"
