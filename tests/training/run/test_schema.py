"""What a run declares goes to JSON and back, and a file in any condition is read as far as it can be understood."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.run.schema import AXES, Column, Curve, Line, Picture, PictureKind, Schema, VerdictKind

WHOLE = Schema(
    curves=(
        Curve(
            "train/loss",
            "Loss",
            digits=-1,
            rhythm="step",
            lines=(Line("chance", baseline=("loss", "value"), look="warm"),),
        ),
        Curve(
            "measure/knn",
            "kNN",
            "share right",
            2,
            "Meaning.",
            "h",
            "arXiv",
            (Line("ideal", 1.0),),
            "Labels",
            "snapshot",
        ),
    ),
    columns=(
        Column("duration", "Duration", "number", unit="s"),
        Column("x", "X", "flag", "snapshot", names=("wrong", "right"), writer="projector"),
        Column("y", "Y", "number", low=0.0, high=1.0),
    ),
    pictures=(Picture("a", "A", "Meaning.", "bars", series=("one", "two"), low=0.0),),
    verdicts=(VerdictKind("collapse", "Collapse"),),
)


def test_a_schema_comes_back_from_json_as_it_was() -> None:
    assert Schema.from_json(json.loads(json.dumps(WHOLE.to_json()))) == WHOLE


@pytest.mark.parametrize(
    ("line", "baselines", "level"),
    [
        (Line("ideal", 1.0), {}, 1.0),
        (Line("chance", baseline=("loss", "value")), {"loss": {"value": 3}}, 3.0),
        (
            Line("start", baseline=("knn", "{main_facet}", "start")),
            {"main_facet": "b", "knn": {"b": {"start": 0.5}}},
            0.5,
        ),
        (Line("start", baseline=("knn", "{main_facet}", "start")), {"knn": {"b": {"start": 0.5}}}, None),
        (Line("start", baseline=("knn", "start")), {"knn": [1]}, None),
        (Line("start", baseline=("knn",)), {"knn": "high"}, None),
        (Line("nothing"), {}, None),
    ],
)
def test_a_line_lies_where_the_baselines_say(line: Line, baselines: dict[str, Any], level: float | None) -> None:
    assert line.level(baselines) == level


def test_words_of_a_later_version_are_left_out() -> None:
    later = WHOLE.to_json()
    later["curves"][0]["axis"] = "log"
    later["tables"] = []
    assert Schema.from_json(later) == WHOLE


@pytest.mark.parametrize(
    "wrong",
    [None, [], {"key": "a"}, {"title": "A"}, {"key": 1, "title": "A"}, "a"],
)
def test_what_lacks_its_name_or_title_is_left_out(wrong: Any) -> None:
    good = {"key": "b", "title": "B"}
    assert Schema.from_json({"curves": [wrong, good]}).curves == (Curve("b", "B"),)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("digits", 1e400),
        ("digits", True),
        ("rhythm", "hour"),
        ("collapse", "sideways"),
        ("lines", 3),
        ("lines", [{"value": 1.0}]),
        ("unit", ["s"]),
    ],
)
def test_a_value_of_another_type_counts_as_its_default(word: str, value: Any) -> None:
    assert Schema.from_json({"curves": [{"key": "b", "title": "B", word: value}]}).curves == (Curve("b", "B"),)


def test_of_two_with_one_name_the_first_counts() -> None:
    twice = {"columns": [{"name": "a", "title": "A", "kind": "text"}, {"name": "a", "title": "B", "kind": "text"}]}
    assert Schema.from_json(twice).columns == (Column("a", "A", "text"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["curves", "columns", "key", "title", "kind", "lines"]), inner)
    ),
    max_leaves=10,
)


@settings(max_examples=40, deadline=None)
@given(JSON)
def test_bad_input_anything_is_read(value: Any) -> None:
    assert isinstance(Schema.from_json(value), Schema)


def test_every_kind_of_picture_says_how_many_axes_it_has() -> None:
    assert tuple(AXES) == get_args(PictureKind)


def test_a_picture_takes_arrays_of_its_shape_alone() -> None:
    matrix, sets = Picture("a", "A", "", "matrix"), Picture("b", "B", "", "bars", series=("one", "two"))
    assert matrix.takes((4, 5)) and not matrix.takes((4,)) and not matrix.takes((4, 5, 6))
    assert sets.takes((2, 7)) and not sets.takes((3, 7)) and not sets.takes((7,))
