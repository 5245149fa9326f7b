"""Minutes become a plan, and rows a report."""

import json
from pathlib import Path

import torch

from benchmarks.gpu.clips import made_tones
from benchmarks.gpu.plan import plan_for
from benchmarks.gpu.report import Report
from benchmarks.gpu.resumes import _difference
from benchmarks.gpu.speed import cells, daring_cells
from training.hardware import hardware


def test_short_plans_cut_batches_and_steps_and_no_part() -> None:
    short, long = plan_for(1, on_gpu=False), plan_for(9, on_gpu=True)
    assert not short.full and long.full and long.train_steps == 100 and long.learn_seconds == 60
    assert long.batches[0] == 256 and max(long.batches) == 4096
    assert short.settings("simclr")["mels"] == 16 and long.settings("simclr") == {}
    assert not short.over and plan_for(0, on_gpu=True).over


def test_each_axis_is_measured_and_compiling_is_rare() -> None:
    plan = plan_for(9, on_gpu=True)
    names = [cell.name for cell in [*cells(plan, on_gpu=True), *daring_cells(plan)]]
    assert len(set(names)) == len(names)
    assert {"simclr", "batch 4096", "float32", "tf32", "captured", "compiled", "byol_a, 64x96"} <= set(names)
    assert sum("compiled" in name for name in names) <= 2


def test_a_report_is_written_with_every_row(tmp_path: Path) -> None:
    report = Report(tmp_path, hardware("cpu"), {"minutes": 1, "clips": "none"})
    report.begin("numbers")
    report.add("numbers", {"name": "simclr", "loss": 0.5, "ok": False, "reason": "a | b"})
    found = json.loads((tmp_path / "gpu.json").read_text())["parts"]["numbers"]
    assert found == {"complete": False, "rows": [{"name": "simclr", "loss": 0.5, "ok": False, "reason": "a | b"}]}
    assert report.wrong == ["numbers: simclr"] and "This part was cut" in (tmp_path / "gpu.md").read_text()
    report.end("numbers", 1.0)
    assert "**wrong**" in (tmp_path / "gpu.md").read_text() and "was cut" not in (tmp_path / "gpu.md").read_text()


def test_tones_are_the_same_each_time() -> None:
    tones = made_tones(40)
    assert len(tones) == 40 and len(tones.facets["class"].codes) == 40
    assert (made_tones(40).samples == tones.samples).all()


def test_one_number_that_differs_is_found() -> None:
    a, b = {"x": {"y": torch.zeros(3), "z": 1}}, {"x": {"y": torch.tensor([0.0, 0.0, 1e-9]), "z": 1}}
    assert _difference(a, a) == 0 and _difference(a, b) > 0
