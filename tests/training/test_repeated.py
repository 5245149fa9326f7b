"""The command that repeats a run is parsed into the settings that the run had."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.__main__ import _parser
from training.commands.arguments import asked_config
from training.comparing.settings import seed_of, settings_of
from training.config import new_config
from training.methods import METHODS
from training.repeated import run_command

SHELL = "python -m training "


def asked(command: str) -> dict[str, Any]:
    """The configuration that the command line makes of it."""
    assert command.startswith(SHELL)
    options = _parser(internal=False).parse_args(shlex.split(command.removeprefix(SHELL)))
    return asked_config(options, tuple(getattr(options, "break"))).to_json()


def decided(config: dict[str, Any]) -> tuple[Any, ...]:
    return seed_of(config), json.loads(settings_of(config)), config["data"]


@pytest.mark.parametrize("method", METHODS)
def test_a_run_as_by_default_names_no_setting(method: str) -> None:
    config = new_config({}, method=method).to_json()
    command = run_command(config, places=False)
    assert command == f"{SHELL}run --data starter --method {method}" and decided(asked(command)) == decided(config)


@pytest.mark.parametrize(
    ("overrides", "values"),
    [
        ({"temperature": 0.1 + 0.2, "batch_size": 64, "learning_rate": 1e-5}, {"steps": 30, "seed": 3}),
        ({"views.background": 0.125, "clips_in": "disk"}, {"seconds": 12.5, "encoder": "resnet"}),
        ({"resolution": "64 bands every 10 ms", "encoder_size": "M"}, {"breaks": ("negatives",)}),
        ({"optimizer": "sgd"}, {"device": "cpu"}),
        ({}, {"method": "wav2vec2"}),
        ({}, {"method": "byol", "breaks": ("stop_gradient", "predictor")}),
    ],
)
def test_what_was_chosen_comes_back_to_the_bit(
    overrides: dict[str, Any], values: dict[str, Any], tmp_path: Path
) -> None:
    sounds = tmp_path / "my sounds; $HOME"
    sounds.mkdir()
    config = replace(new_config(overrides, **values), data=str(sounds), data_fingerprint="f" * 32).to_json()
    again = asked(run_command(config, places=True))
    assert decided({**again, "data_fingerprint": "f" * 32}) == decided(config)


@pytest.mark.parametrize("data", ["/home/somebody/sounds", "shards:/data/x-{0..9}.tar"])
def test_where_sounds_lie_is_told_to_whoever_may_know(data: str) -> None:
    config = replace(new_config({}), data=data).to_json()
    assert "--data FOLDER " in run_command(config, places=False)
    assert shlex.quote(data) in run_command(config, places=True)


@pytest.mark.parametrize(
    "more",
    [
        {"watched": True, "about": {}},
        {"method": "of_tomorrow"},
        {"lengthened": [{"step": 20, "steps": 20, "seconds": None}]},
        {"objective": 99},
        {"breaks": ["nothing known"]},
        {"encoder": 3},
        {"settings": {"temperature": 0.1, "gone": 1}},
    ],
)
def test_what_no_command_repeats_has_none(more: dict[str, Any]) -> None:
    assert run_command({**new_config({}).to_json(), **more}, places=True) == ""
