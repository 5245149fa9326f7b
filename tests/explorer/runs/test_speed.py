"""What the form says of an encoder's sizes: what was measured once, scaled by what this machine's own runs reached."""

import json
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.jobs.quotas import Quotas
from explorer.pages.form_contents import form_groups
from explorer.pages.new_run import NewRun
from explorer.runs import speed
from explorer.runs.library import Library
from explorer.runs.speed import measured_speeds, reached, said_duration, said_speed
from explorer.visitors.limits import Limits
from training.config import ENCODER_SIZES
from training.encoders import ENCODERS
from training.run import RunFolder
from training.run.example import EXAMPLE

MEASURED = {"conv2d": {"S": 2000, "M": 500, "L": 100, "XL": 20}, "resnet": {"S": 400, "M": 100, "L": 40, "XL": 8}}


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "sizes.json"
    encoders = {name: {"method": "simclr", "clips_per_second": speeds} for name, speeds in MEASURED.items()}
    path.write_text(json.dumps({"device": "CPU, 1 thread", "batch": 64, "encoders": encoders}))
    monkeypatch.setattr(speed.measured_speeds, "__defaults__", (path,))


@pytest.fixture
def trained(make_run: Any, tmp_path: Path) -> Any:
    """trained(name, clips_per_second, **config): a run of 10 s on a CPU."""

    def made(
        name: str, speed: float, device: str = "CPU, 2 threads", seconds: float = 10.0, **config: Any
    ) -> RunFolder:
        values = {"method": "simclr", "encoder": "conv2d", "batch_size": 100, "created": name, **config}
        run: RunFolder = make_run(tmp_path / "runs" / name, config=values)
        path = run.path / "status.json"
        known = json.loads(path.read_bytes())
        path.write_text(
            json.dumps({**known, "device": device, "seconds": seconds, "step": round(speed * seconds / 100)})
        )
        return run

    return made


def test_what_was_measured_are_all_sizes_of_encoders_that_there_are() -> None:
    found = measured_speeds(speed.MEASURED)
    assert {"conv2d"} <= set(found) <= set(ENCODERS)
    for speeds in found.values():
        assert tuple(speeds) == ENCODER_SIZES
        assert all(speeds[small] > speeds[large] for small, large in pairwise(ENCODER_SIZES))


def test_before_anything_was_trained_it_is_told_what_was_measured_elsewhere(tmp_path: Path) -> None:
    assert said_speed(Library(tmp_path / "runs"), "simclr", "conv2d") == (
        "Where it was measured, one core learnt from 2,000 (S), 500 (M), 100 (L) or 20 (XL) clips a second; "
        "here nothing was trained for long enough yet."
    )
    assert said_speed(Library(tmp_path / "runs"), "simclr", "no such encoder") == ""


@pytest.mark.parametrize("device", ["CPU, 1 thread", "CPU, 1 threads", "CPU, 4 threads"])
def test_runs_of_any_number_of_threads_count_also_of_before(device: str, trained: Any, tmp_path: Path) -> None:
    trained("a", 1500, device=device)
    assert "1,500 (S)" in said_speed(Library(tmp_path / "runs"), "simclr", "conv2d")


def test_a_run_scales_what_was_measured(trained: Any, tmp_path: Path) -> None:
    trained("a", 1500, encoder_size="M")
    assert said_speed(Library(tmp_path / "runs"), "simclr", "conv2d") == (
        "On this machine's processor, judged by the run a (simclr, conv2d, M), a run learns from about "
        "6,000 (S), 1,500 (M), 300 (L) or 60 (XL) clips a second."
    )
    assert "1,200 (S), 300 (M), 120 (L) or 24 (XL)" in said_speed(Library(tmp_path / "runs"), "simclr", "resnet")


def run_of(steps: int, size: str = "M", **changes: Any) -> dict[str, Any]:
    return {
        "method": "simclr", "encoder": "conv2d", "encoder_size": size, "batch_size": 100, "steps": steps, **changes
    }  # fmt: skip


def test_how_long_runs_take_together_is_judged_by_the_same_run(trained: Any, tmp_path: Path) -> None:
    library = Library(tmp_path / "runs")
    assert said_duration(library, [run_of(300), run_of(300)]) == (
        "Where it was measured, one core took about 2 min for them; here nothing was trained for long enough yet."
    )
    trained("a", 1500, encoder_size="M")  # three times as fast
    told = "Together they take about {} on this machine's processor, judged by the run a (simclr, conv2d, M)."
    assert said_duration(library, [run_of(300), run_of(300)]) == told.format("40 s")
    assert said_duration(library, [run_of(300), run_of(300, batch_size=50)]) == told.format("30 s")
    assert said_duration(library, [run_of(300, "XL"), run_of(300, "XL")]) == told.format("17 min")
    assert said_duration(library, [run_of(1), run_of(1)]) == told.format("1 s")
    assert said_duration(library, [run_of(300, encoder="no such")]) == ""


def test_a_run_from_before_there_were_sizes_counts_as_small(trained: Any, tmp_path: Path) -> None:
    trained("a", 1000)
    assert "1,000 (S), 250 (M)" in said_speed(Library(tmp_path / "runs"), "simclr", "conv2d")


def test_the_newest_run_most_like_it_is_taken(trained: Any, tmp_path: Path) -> None:
    trained("1 like", 4000)
    trained("2 like", 2000)
    trained("3 method", 1000, method="byol")
    trained("4 encoder", 300, encoder="resnet")
    library = Library(tmp_path / "runs")
    assert "the run 2 like (" in said_speed(library, "simclr", "conv2d")
    assert "the run 3 method (" in said_speed(library, "byol", "conv2d")
    assert "the run 3 method (" in said_speed(library, "vicreg", "conv2d")
    assert "the run 4 encoder (" in said_speed(library, "vicreg", "resnet")


def test_a_run_of_a_few_steps_has_no_pace_yet(trained: Any, tmp_path: Path) -> None:
    trained("1 known", 1000)
    trained("2 young", 10 * speed.LEAST_STEPS - 10)
    assert "judged by the run 1 known (" in said_speed(Library(tmp_path / "runs"), "simclr", "conv2d")
    trained("3 grown", 10 * speed.LEAST_STEPS)
    assert "judged by the run 3 grown (" in said_speed(Library(tmp_path / "runs"), "simclr", "conv2d")


@pytest.mark.parametrize(
    "other",
    [
        {"device": "NVIDIA H100"}, {"device": ""}, {"seconds": 1.0}, {"encoder": "unknown"}, {"encoder_size": "XXL"},
        {"encoder_size": 3}, {"batch_size": None}, {"batch_size": 0}, {"method": ["simclr"]},
    ],
)  # fmt: skip
def test_what_says_nothing_of_this_processor_is_left_out(other: dict[str, Any], trained: Any, tmp_path: Path) -> None:
    trained("a", 1000, **other)
    assert "here nothing was trained for long enough yet" in said_speed(Library(tmp_path / "runs"), "simclr", "conv2d")


def test_the_example_was_trained_elsewhere(trained: Any, tmp_path: Path) -> None:
    run = trained("a", 1000)
    assert [found.run for found in reached(Library(tmp_path / "none", run.path))] == []
    assert list(Library(tmp_path / "none", run.path).runs()) == [EXAMPLE]


def test_the_form_shows_it_beside_the_choice() -> None:
    (run,) = [group for group in form_groups("simclr", "conv2d", "Fast here.") if group["name"] == "run"]
    (size,) = [s for s in run["settings"] if s["name"] == "encoder_size"]
    assert size["meaning"].endswith("wants a GPU. Fast here.") and size["choices"] == ENCODER_SIZES
    assert all("Fast here." not in s["meaning"] for s in run["settings"] if s["name"] != "encoder_size")


def test_the_page_asks_for_the_encoder_that_is_chosen_and_for_what_is_allowed(trained: Any, tmp_path: Path) -> None:
    trained("a", 1500, encoder_size="M")
    launcher = SimpleNamespace(quotas=Quotas(Limits(job_seconds=60), tmp_path))
    services = SimpleNamespace(library=Library(tmp_path / "runs"), launcher=launcher)
    form: Any = SimpleNamespace(frame=SimpleNamespace(services=services))
    for encoder, fastest in (("conv2d", "6,000 (S)"), ("resnet", "1,200 (S)")):
        groups = NewRun._of_encoder(form, "simclr", encoder)["groups"]
        (said,) = [s["meaning"] for group in groups for s in group["settings"] if s["name"] == "encoder_size"]
        assert fastest in said
        (longest,) = [s["high"] for group in groups for s in group["settings"] if s["name"] == "seconds"]
        assert longest == 60
