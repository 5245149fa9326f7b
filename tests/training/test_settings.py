"""A setting is described once and every wrong value is answered by a sentence."""

import dataclasses
import json
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

import pytest

from training.config import RunConfig
from training.errors import UserError
from training.methods import METHODS
from training.settings import as_stored, build, describe, setting
from training.spectrogram import FrontEnd
from training.units import Unit
from training.views import VIEWS

DESCRIBED: dict[str, type] = {
    "run": RunConfig,
    "front end": FrontEnd,
    **{f"views of {name}": kind for name, kind in VIEWS.items()},
    **{f"method {name}": method.Config for name, method in METHODS.items()},
}


@dataclass(frozen=True)
class Example:
    hidden: str = "not a setting"
    part: float = setting(0.5, "A part.", low=0.0, high=1.0)
    count: int = setting(3, "A count.", low=1)
    limit: int | None = setting(None, "A limit.", low=1, high=9)
    switch: bool = setting(False, "A switch.")
    kind: str = setting("a", "A kind.", choices=("a", "b"))
    name: str = setting("x", "A name.")


@pytest.mark.parametrize("owner", DESCRIBED)
def test_every_setting_says_what_it_means_and_has_a_legal_default(owner: str) -> None:
    described = describe(DESCRIBED[owner])
    assert described
    for one in described:
        assert one.meaning.endswith(".") and len(one.meaning) > 5, one.name
        assert one.kind in (bool, int, float, str), one.name
        assert one.check(one.default) == one.default, one.name
        assert type(one.default) in (one.kind, type(None)), one.name
        assert one.scale == "linear" or (one.low or 0) > 0, f"{one.name}: a log scale needs a low above 0"
        if one.kind in (int, float):
            assert one.low is not None and one.high is not None and one.low < one.high, one.name


@pytest.mark.parametrize("owner", DESCRIBED)
def test_every_setting_declares_its_unit_and_no_meaning_spells_one(owner: str) -> None:
    by_name = {
        "_seconds": "s",
        "seconds": "s",
        "_hz": "Hz",
        "_db": "dB",
        "momentum": ("memory", "share"),
        "_part": "share",
    }
    for one in describe(DESCRIBED[owner]):
        assert one.unit in get_args(Unit), one.name
        assert not re.search(r"\bpower\b.*\be\b|\be\b.*\bpower\b|neper|in seconds|in Hz|usual", one.meaning), one.name
        wanted = next((unit for end, unit in by_name.items() if one.name.endswith(end)), one.unit)
        assert one.unit in wanted, one.name


def test_a_legal_value_is_said_in_the_settings_unit() -> None:
    views = {one.name: one for one in describe(VIEWS["mel"])}
    assert views["time_stretch"].in_words(0.15) == "±16 %"
    assert views["equalizer"].in_words(1) == "4.3 dB"
    run = {one.name: one for one in describe(RunConfig)}
    assert [run["seconds"].in_words(None), run["optimizer"].in_words("sgd"), run["batch_size"].in_words(8)] == [
        "",
        "",
        "",
    ]


@pytest.mark.parametrize("owner", DESCRIBED)
def test_every_setting_refuses_what_lies_outside(owner: str) -> None:
    for one in describe(DESCRIBED[owner]):
        wrong: list[Any] = [[], {}, object()]
        if one.kind in (int, float):
            wrong += [one.low - 1, one.high + 1, "many", True, float("nan"), float("inf"), "nan"]
        if one.choices is not None:
            wrong.append("something else")
        for value in wrong:
            with pytest.raises(UserError) as caught:
                one.check(value)
            sentence = str(caught.value)
            assert one.name in sentence and "was expected." in sentence and "\n" not in sentence


@pytest.mark.parametrize("owner", [o for o in DESCRIBED if o != "run"])
def test_every_field_of_these_is_described(owner: str) -> None:
    assert [f.name for f in fields(DESCRIBED[owner])] == [s.name for s in describe(DESCRIBED[owner])]


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("part", "0.25", 0.25), ("part", 1, 1.0), ("part", "1", 1.0), ("count", "7", 7), ("count", 7.0, 7),
        ("limit", None, None), ("limit", "none", None), ("limit", "", None), ("limit", "4", 4),
        ("switch", "on", True), ("switch", "False", False), ("switch", True, True), ("kind", "b", "b"), ("name", "", ""),
    ],
)  # fmt: skip
def test_legal_values_come_back_in_their_own_type(name: str, given: Any, kept: Any) -> None:
    made = getattr(build(Example, {name: given}, "The example"), name)
    assert made == kept and type(made) is type(kept)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("part", 1.5, "The setting part is 1.5, but a number from 0 to 1 was expected."),
        ("part", "much", "The setting part is 'much', but a number from 0 to 1 was expected."),
        ("count", 0, "The setting count is 0, but a whole number of at least 1 was expected."),
        ("count", 2.5, "The setting count is 2.5, but a whole number of at least 1 was expected."),
        ("limit", 10, "The setting limit is 10, but a whole number from 1 to 9 or nothing was expected."),
        ("count", None, "The setting count is None, but a whole number of at least 1 was expected."),
        ("switch", "maybe", "The setting switch is 'maybe', but true or false was expected."),
        ("switch", 1, "The setting switch is 1, but true or false was expected."),
        ("kind", "c", "The setting kind is 'c', but one of a, b was expected."),
        ("name", 3, "The setting name is 3, but a text was expected."),
        (
            "nothing", 3,
            "The example has no setting 'nothing'; its settings are: part, count, limit, switch, kind, name.",
        ),
        ("hidden", "x", "The example has no setting 'hidden'; its settings are: part, count, limit, switch, kind, name."),
    ],
)  # fmt: skip
def test_wrong_values_get_a_sentence(name: str, given: Any, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        build(Example, {name: given}, "The example")
    assert str(caught.value) == sentence


FIRST_VERSION = json.loads((Path(__file__).parents[1] / "fixtures" / "settings_1.json").read_text())
"""Owner → settings that the configurations of the first version hold."""


@pytest.mark.parametrize("owner", [owner for owner in DESCRIBED if owner in FIRST_VERSION])
def test_a_new_setting_declares_what_older_runs_had(owner: str) -> None:
    settings = {s.name: s for s in describe(DESCRIBED[owner])}
    assert set(FIRST_VERSION[owner]) <= set(settings), "a setting that older runs hold can't be taken away"
    for name, described in settings.items():
        declared = described.before is not dataclasses.MISSING
        new = name not in FIRST_VERSION[owner]
        assert declared == new, (
            f"{owner}: {name} {'needs `before=`, the value of older runs' if new else 'is no new setting'}"
        )
        if declared:
            described.check(described.before)


def test_a_run_that_is_older_than_a_setting_has_the_value_from_before() -> None:
    @dataclass(frozen=True)
    class Later:
        width: int = setting(8, "Old.")
        gain: float = setting(0.5, "New, and on by default.", before=0.0)

    assert build(Later, as_stored(Later, {"width": 4}), "It") == Later(4, 0.0)
    assert build(Later, as_stored(Later, {"width": 4, "gain": 0.2}), "It") == Later(4, 0.2)
    assert build(Later, {}, "It") == Later(8, 0.5)
