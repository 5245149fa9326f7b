from typing import Any

import pytest

from training.changed import changed_settings
from training.config import new_config
from training.methods import METHODS


@pytest.mark.parametrize("method", METHODS)
def test_a_run_as_usual_has_nothing_changed(method: str) -> None:
    assert changed_settings(new_config({}, method=method).to_json()) == []


def words(overrides: dict[str, Any], **values: Any) -> list[str]:
    found = changed_settings(new_config(overrides, **values).to_json())
    assert found is not None
    return [one.words for one in found]


def test_what_was_chosen_is_said_in_few_words_the_methods_own_first() -> None:
    chosen = {"noise": 0.5, "seconds": 60, "temperature": 0.25, "mels": 64, "batch_size": 128}
    assert words(chosen) == ["temperature 0.25", "60 s", "batch size 128", "noise 0.5", "mels 64"]
    assert words({}, steps=500) == ["steps 500"], "it is not bounded by seconds, which nobody has to be told"
    assert words({"seconds": 60}, steps=500) == ["steps 500"], "steps go before seconds"
    assert words({}, encoder="patch_transformer")[0] == "encoder patch_transformer"


def test_settings_that_a_run_does_not_name_were_not_chosen() -> None:
    assert changed_settings({"method": "simclr", "encoder": "conv2d"}) == []


@pytest.mark.parametrize(
    "config",
    [{}, {"method": "of a later version"}, {"method": ["simclr"]}],
)
def test_of_an_unknown_method_nothing_is_said(config: dict[str, Any]) -> None:
    assert changed_settings(config) is None


@pytest.mark.parametrize(
    "config",
    [
        {"encoder": 3, "settings": [1], "views": None},
        {"encoder": "conv2d", "settings": {"temperature": {"a": 1}}, "batch_size": [3], "seed": "x" * 200},
    ],
)
def test_a_configuration_in_any_condition_is_read(config: dict[str, Any]) -> None:
    assert changed_settings({"method": "simclr", **config}) == []
