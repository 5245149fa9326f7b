"""A run's configuration goes to JSON and back, and nothing wrong gets in."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from training.config import RunConfig, git_revision, new_config
from training.encoders import ENCODERS
from training.errors import UserError
from training.methods import METHODS
from training.spectrogram import FrontEnd
from training.views import VIEWS


def test_json_both_ways() -> None:
    config = new_config(
        {"temperature": "0.2", "mixup": 0.1, "mels": "32", "batch_size": "64"}, steps=7, seed=3, data="/some/where"
    )
    text = json.dumps(config.to_json(), allow_nan=False)
    assert RunConfig.from_json(json.loads(text)) == config
    assert config.settings["temperature"] == 0.2 and config.views["mixup"] == 0.1
    assert config.front_end["mels"] == 32 and config.batch_size == 64
    assert (config.steps, config.seconds, config.seed, config.data) == (7, None, 3, "/some/where")
    assert config.created and config.versions["torch"]


def test_the_schema_is_no_entry() -> None:
    assert RunConfig.from_json({"schema": 1, "steps": 5}).steps == 5


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"colour": 1}, "unknown entry 'colour'"),
        ({"batch_size": 1}, "The setting batch_size is 1, but a whole number from 8 to 8,192"),
        ({"batch_size": True}, "batch_size is True"),
        ({"seconds": float("nan")}, "The setting seconds is nan"),
        ({"device": "tpu"}, "one of auto, cpu, cuda"),
        ({"method": 3}, "The entry method is 3, but a text was expected."),
        ({"views": "strong"}, "The entry views is 'strong', but named values were expected."),
        ({"settings": None}, "The entry settings is None"),
        ({"steps": None, "seconds": None}, "neither steps nor seconds"),
    ],
)
def test_wrong_entries_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        RunConfig.from_json(values)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("overrides", "values", "sentence"),
    [
        ({}, {"method": "magic"}, f"There is no method 'magic'; the methods are {', '.join(METHODS)}."),
        (
            {},
            {"encoder": "ears"},
            f"The method simclr doesn't fit the encoder 'ears'; it fits {', '.join(METHODS['simclr'].encoders)}.",
        ),
        ({}, {"method": "simclear"}, "There is no method 'simclear'; did you mean 'simclr'? The methods are "),
        ({}, {"method": "mae"}, "There is no method 'mae'; did you mean 'masked_autoencoder'? The methods are "),
        ({}, {"method": "m"}, "There is no method 'm'; the methods are "),
        ({"temprature": 1}, {}, "There is no setting 'temprature'; did you mean 'temperature'? The settings are "),
        ({"lr": 1}, {}, "There is no setting 'lr'; did you mean 'learning_rate'? The settings are "),
        ({"loudness": 1}, {}, "There is no setting 'loudness'; the settings are analysis_seconds, "),
        ({"temperature": "hot"}, {}, "The setting temperature is 'hot'"),
        ({"mixup": 2}, {}, "The setting mixup is 2.0, but a number from 0 to 0.9 was expected."),
        ({"gain_db": 2}, {}, "There is no setting 'gain_db'"),  # of waveform views only
        ({}, {"steps": 0}, "The setting steps is 0"),
        ({}, {"seed": -1}, "The setting seed is -1"),
    ],
)
def test_wrong_settings_are_refused(overrides: dict[str, Any], values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        new_config(overrides, **values)
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("method", METHODS)
def test_a_new_configuration_names_every_setting(method: str) -> None:
    """So that a later default changes no run that was made before."""
    own = METHODS[method].run_defaults
    for encoder in METHODS[method].encoders:
        config = new_config({}, method=method, encoder=encoder, steps=1)
        views = VIEWS[ENCODERS[encoder].domain]
        assert config.settings == asdict(METHODS[method].Config())
        assert config.views == asdict(views(**own.get("views", {})))
        assert config.front_end == asdict(FrontEnd(**own.get("front_end", {})))


def test_a_name_that_several_have_says_whose_it_is() -> None:
    with pytest.raises(UserError, match=r"several things; say method\.background or views\.background"):
        new_config({"background": 0.5}, method="local_aggregation")
    config = new_config({"views.background": 0.5, "method.background": 100}, method="local_aggregation")
    assert config.views["background"] == 0.5 and config.settings["background"] == 100
    assert new_config({"front_end.mels": 32, "run.batch_size": 64, "background": 0.25}).views["background"] == 0.25


@pytest.mark.parametrize(
    "name", ["views.temperature", "simclr.temperature", "settings.temperature", ".mixup", "mixup."]
)
def test_a_setting_of_another_owner_is_unknown(name: str) -> None:
    with pytest.raises(UserError, match="There is no setting"):
        new_config({name: 0.1})


def test_a_method_may_need_other_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(METHODS["simclr"], "run_defaults", {"batch_size": 40, "views": {"mixup": 0.0}})
    assert new_config({}).batch_size == 40 and new_config({"batch_size": 50}).batch_size == 50
    views = new_config({"time_shift": 0.5}).views
    assert views["mixup"] == 0 and views["time_shift"] == 0.5
    assert new_config({"mixup": 0.25}).views["mixup"] == 0.25


def test_steps_and_seconds_may_bound_a_run_together() -> None:
    both = new_config({}, steps=5, seconds=9.0)
    assert (both.steps, both.seconds) == (5, 9.0)
    by_clock = new_config({"seconds": "30"})
    assert (by_clock.steps, by_clock.seconds) == (None, 30.0)


def test_it_is_frozen_and_comparable() -> None:
    config = RunConfig()
    assert replace(config, seed=1) != config and replace(config) == config


def test_a_missing_git_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    git_revision.cache_clear()
    assert git_revision() is None
    git_revision.cache_clear()
