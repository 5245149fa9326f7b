"""The likely cause is read from the configuration: what was taken out, what lies far from the default, or the method's card."""

from typing import Any, cast

import pytest

from training.breaks import BREAKS, Break
from training.breaks.mistakes import mistakes_of
from training.config import new_config
from training.methods import METHODS
from training.verdicts.causes import cause_of


def of(method: str, overrides: dict[str, Any] | None = None, **values: Any) -> tuple[str, str]:
    return cause_of("complete_collapse", new_config(overrides or {}, method=method, **values).to_json())


@pytest.mark.parametrize(("method", "part"), [(method, part) for method, parts in BREAKS.items() for part in parts])
def test_a_part_that_was_taken_out_is_named(method: str, part: str) -> None:
    cause, remedy = of(method, breaks=(part,))
    assert part.replace("_", " ") in cause and BREAKS[method][part].expected in cause and "Train it with" in remedy


@pytest.mark.parametrize(
    ("method", "mistake", "words"),
    [
        ("simclr", "high_temperature", "temperature of 10"),
        ("simclr", "low_temperature", "temperature of 0.005"),
        ("byol", "large_learning_rate", "30 times the method's own"),
        ("simclr", "no_augmentation", "Nothing is changed between the two views"),
    ],
)
def test_a_setting_far_from_the_methods_own_is_named(method: str, mistake: str, words: str) -> None:
    cause, remedy = of(method, mistakes_of(method)[mistake])
    assert words in cause and remedy


def test_another_optimizer_is_named_with_its_rate_as_none_is_known_for_it() -> None:
    cause, remedy = of("simclr", {"optimizer": "sgd", "learning_rate": 0.9})
    assert cause.startswith("The optimizer is sgd with a learning rate of 0.9") and "Take adamw with" in remedy
    assert "temperature" in of("simclr", {"optimizer": "sgd", "temperature": 10.0})[0]


def test_a_weight_that_is_set_to_nothing_is_named_as_the_part_that_it_is() -> None:
    cause, remedy = of("vicreg", {"variance_weight": 0})
    assert cause.startswith("The part variance is set to nothing") and "default" in remedy


@pytest.mark.parametrize(
    ("method", "settings", "words", "default"),
    [
        ("npc", {"quantised": False}, "quantised is off", "quantised on"),
        ("denoising_autoencoder", {"corruption": "crop"}, "corruption is crop", "corruption zero_out"),
    ],
)
def test_a_switch_or_a_choice_that_takes_a_part_out_is_named(
    method: str, settings: dict[str, Any], words: str, default: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cast(dict[str, Any], BREAKS), method, {"part": Break("Less is learned.", settings=settings)})
    cause, remedy = of(method, settings)
    assert (
        cause == f"The part part is set to nothing ({words}). Less is learned."
        and remedy == f"Set {default}, the default."
    )


def test_a_small_batch_is_named() -> None:
    assert of("simclr", {"batch_size": 16})[0].startswith("A batch of 16 clips")


@pytest.mark.parametrize("method", METHODS)
def test_else_the_methods_card_speaks(method: str) -> None:
    card = METHODS[method].card
    cause, remedy = of(method)
    assert cause == card.breaks and card.prevents_collapse in remedy


def test_of_a_method_that_is_not_known_nothing_is_said() -> None:
    assert cause_of("complete_collapse", {"method": "theirs", "breaks": 3, "settings": 5}) == ("", "")
    assert cause_of("complete_collapse", {}) == ("", "")
