"""The likely cause is read from the configuration: what was taken out, what lies far from the default, or the method's card;
and from labels that nothing hears.
"""

from typing import Any, cast

import pytest

from tests.support.made_up_curves import LINES, from_third, kind, made
from training.breaks import BREAKS, Break
from training.breaks.mistakes import mistakes_of
from training.config import new_config
from training.methods import METHODS
from training.verdicts import judged
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
    for method, named in (("simclr", True), ("byol", False)):  # with negatives from the batch, and without
        config = new_config({"batch_size": 16}, method=method).to_json()
        assert cause_of("trivial_solution", config)[0].startswith("A batch of 16") is named


@pytest.mark.parametrize("method", METHODS)
def test_else_the_methods_card_speaks(method: str) -> None:
    card = METHODS[method].card
    cause, remedy = of(method)
    assert cause == card.breaks and card.prevents_collapse in remedy


def test_of_a_method_that_is_not_known_nothing_is_said() -> None:
    assert cause_of("complete_collapse", {"method": "theirs", "breaks": 3, "settings": 5}) == ("", "")
    assert cause_of("complete_collapse", {}) == ("", "")


def test_a_plateau_names_a_cause_where_it_is_no_better_than_random_weights_and_the_settings_have_one() -> None:
    without = {"method": "simclr", "encoder": "conv2d", "breaks": ["negatives"]}
    flat = [5.5, *[3.0] * 9]
    behind = judged(made(loss=flat, cross_group_knn=[0.5] * 10), without)
    assert behind.kind == "plateau" and "negatives" in behind.cause and behind.remedy
    assert judged(made(loss=flat, cross_group_knn=[0.5] * 10), {"method": "simclr"}).cause == ""
    assert judged(made(loss=flat, cross_group_knn=[0.5, *[0.7] * 9]), without).cause == ""


@pytest.mark.parametrize("baseline", ["random_init", "mfcc", "log_mel", None])
def test_labels_that_nothing_hears_are_the_cause_unless_something_hears_them(baseline: str | None) -> None:
    values = {"random_init": 0.30, "mfcc": 0.31, "log_mel": 0.28, "chance": 0.30}
    heard = {} if baseline is None else {baseline: 0.34}
    lines = {**LINES, "cross_group_knn": {"class": {**values, **heard}}}
    verdict = kind(made(loss=[3.0] * 10, lines=lines, cross_group_knn=[0.3] * 10))
    assert verdict.kind == "plateau"
    assert ("Nothing tells these labels apart" in verdict.cause) is (baseline is None)
    assert verdict.cause == "" or ("MFCC 0.31, log-mel 0.28; chance is 0.30" in verdict.cause and verdict.remedy)
    assert kind(made(lines=lines, cross_group_knn=[0.3 + 0.02 * i for i in range(10)])).cause == ""


def test_the_settings_change_cause_and_remedy_and_nothing_else() -> None:
    readings = made(centred_std=from_third(0.95, 0.1))
    told = judged(readings, {"method": "simclr", "breaks": ["negatives"]})
    bare = judged(readings, {})
    assert told.cause.startswith("The part negatives was taken out.") and bare.cause == ""
    assert {**told.to_json(), "cause": "", "remedy": ""} == bare.to_json()


@pytest.mark.parametrize(("clips", "cause"), [(40, True), (1000, False)])
def test_labels_are_unheard_within_what_chance_makes_of_the_clips(clips: int, cause: bool) -> None:
    lines = {
        "main_facet": "class",
        "clips": {"class": clips},
        "cross_group_knn": {"class": {"random_init": 0.12, "mfcc": 0.15, "chance": 0.1}},
    }
    verdict = kind(made(lines=lines, cross_group_knn=[0.15] * 10))
    assert ("nor what needs no training" in verdict.cause) is cause
