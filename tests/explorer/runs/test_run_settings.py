"""What a run was started with, beside what its method takes by default."""

import json
from pathlib import Path
from typing import Any

import pytest

from explorer.runs.run_settings import described, run_settings, values_of
from training.config import new_config
from training.encoders import ENCODERS
from training.methods import METHODS
from training.run import RunFolder


def started(folder: Path, **config: Any) -> RunFolder:
    """A run's folder with its config alone."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    return RunFolder(folder)


@pytest.mark.parametrize("method", METHODS)
def test_a_run_as_by_default_has_changed_nothing(method: str, tmp_path: Path) -> None:
    told = run_settings(started(tmp_path / "run", **new_config({}, method=method, data="starter").to_json()))
    assert told["method"] == METHODS[method].card.title and told["usual_encoder"]
    assert told["settings"] and not any(row["changed"] for row in told["settings"])


def test_what_was_changed_comes_first_with_its_default(tmp_path: Path) -> None:
    config = new_config(
        {}, method="simclr", data="starter", encoder="resnet", settings={"temperature": 0.5}, batch_size=64
    )
    told = run_settings(started(tmp_path / "run", **config.to_json() | {"breaks": ["positives_in_denominator"]}))
    changed = [row for row in told["settings"] if row["changed"]]
    assert told["settings"][: len(changed)] == changed
    assert {row["name"]: (row["value"], row["default"]) for row in changed} == {
        "temperature": (0.5, 0.1),
        "batch_size": (64, 256),
    }
    assert told["encoder"] == ENCODERS["resnet"].title and not told["usual_encoder"]
    assert told["breaks"] == ["positives_in_denominator"]


def test_seconds_that_steps_outbid_are_not_said_to_be_changed(tmp_path: Path) -> None:
    config = new_config({}, method="simclr", data="starter").to_json() | {"seconds": 33.0}
    by_time, by_steps = (
        run_settings(started(tmp_path / name, **config | more))
        for name, more in (("time", {}), ("steps", {"steps": 50}))
    )
    assert [row["name"] for row in by_time["settings"] if row["changed"]] == ["seconds"]
    assert [row["name"] for row in by_steps["settings"] if row["changed"]] == ["steps"]


def test_of_a_stream_it_is_said_that_a_sample_is_seen(tmp_path: Path) -> None:
    run = started(tmp_path / "run", **new_config({}, method="simclr", data="shards:/a/x-{0..9}.tar").to_json())
    assert run_settings(run)["note"] == ""  # before the data is open nobody knows how many clips there are
    (run.path / "probe.json").write_text(json.dumps({"data_clips": 4096}))
    assert run_settings(run)["note"].startswith("These 4,096 clips are a sample of the stream x-{0..9}: ")
    plain = started(tmp_path / "plain", **new_config({}, method="simclr", data="starter").to_json())
    (plain.path / "probe.json").write_text(json.dumps({"data_clips": 4096}))
    assert run_settings(plain)["note"] == ""


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("starter", "starter"),
        ("/cache/dropped/390b16/meine sounds", "meine sounds"),
        (f"/a/{'x' * 300}", "x" * 99 + "…" + "x" * 100),
    ],
)
def test_data_that_was_never_open_is_called_by_the_last_part_of_its_path(data: str, name: str, tmp_path: Path) -> None:
    run = started(tmp_path / "run", **new_config({}, method="simclr", data=data).to_json())
    assert run_settings(run)["data"] == name


@pytest.mark.parametrize("config", [{}, {"method": "of tomorrow"}, {"method": "simclr", "encoder": 3, "settings": []}])
def test_of_a_run_that_nobody_knows_nothing_is_told(config: dict[str, Any], tmp_path: Path) -> None:
    assert run_settings(started(tmp_path / "run", **config))["settings"] == []


def test_a_run_that_is_bound_by_steps_alone_has_not_changed_its_seconds(tmp_path: Path) -> None:
    config = new_config({}, method="simclr", data="starter", steps=300, seconds=None)
    told = run_settings(started(tmp_path / "run", **config.to_json()))
    assert [(row["name"], row["value"]) for row in told["settings"] if row["changed"]] == [("steps", 300)]


def test_a_damaged_part_is_left_out(tmp_path: Path) -> None:
    config = {"method": "simclr", "encoder": "conv2d", "settings": "none", "batch_size": 32}
    told = run_settings(started(tmp_path / "run", **config))
    assert [row["name"] for row in told["settings"]] == ["batch_size"]
    assert set(values_of(config)) == {"run"}


@pytest.mark.parametrize("method", METHODS)
def test_settings_are_described_in_the_groups_of_the_form(method: str) -> None:
    assert list(described(method, METHODS[method].encoders[0])) == ["settings", "run", "views", "front_end"]
