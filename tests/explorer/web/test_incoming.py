"""What browsers send: typed values, and nothing of what else was nested in them."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.data_classes import FileData

from explorer.web.incoming import NUMBER, SCALAR, SOUND, ListOf, Uploaded, holds_file, typed

FILE = {"path": "plain.txt", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize("value", ["text", True, 3, 0.5])
def test_a_value_of_its_kind_passes(value: Any) -> None:
    assert typed(type(value), value) is value
    assert typed(SCALAR, value) is value


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (str, 3),
        (str, "x" * 10_000),
        (str, "\ud800"),
        (int, True),
        (int, 10**400),
        (int, "3"),
        (float, math.nan),
        (float, math.inf),
        (NUMBER, FILE),
        (None, "text"),
        ({"run": str}, ["run"]),
        (Uploaded, FILE),
        (Uploaded, {"path": "https://elsewhere.example/x.wav", "meta": FILE["meta"]}),
        (Uploaded, {"path": "/etc/passwd\0"}),
    ],
)
def test_security_anything_else_is_none(shape: Any, value: Any) -> None:
    assert typed(shape, value) is None


def test_security_of_an_object_only_what_was_described_is_kept() -> None:
    row = {"sound": {"upload": {"path": "", "x": FILE}, "fingerprint": "a", "index": 3}, "heard": FILE, "more": FILE}
    assert typed({"sound": SOUND, "heard": bool}, row) == {"sound": {"fingerprint": "a", "index": 3}}
    filled = {"run": {"steps": 3, "seconds": None, "x": FILE}, "views": [FILE]}
    assert typed({str: {str: SCALAR}}, filled) == {"run": {"steps": 3, "seconds": None, "x": None}, "views": None}
    assert typed(ListOf(str), ["a", FILE, "b"]) == ["a", "b"]


def test_security_of_what_has_no_end_the_first_are_kept() -> None:
    assert typed(ListOf(int), list(range(600))) == list(range(500))
    assert typed({str: int}, {str(i): i for i in range(600)}) == {str(i): i for i in range(500)}
    assert typed(str, "x" * 4_000) is not None and typed(str, "x" * 4_001) is None


def test_a_file_that_was_received_is_described_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / "x.wav").touch()
    sent = {
        "path": str(tmp_path / "x.wav"),
        "orig_name": "x.wav",
        "url": "https://elsewhere.example",
        "is_stream": True,
    }
    assert typed(ListOf(Uploaded), [sent, {**sent, "path": str(tmp_path / "y.wav")}]) == [
        {"path": str(tmp_path / "x.wav"), "orig_name": "x.wav", "meta": {"_type": "gradio.FileData"}}
    ]


@pytest.mark.parametrize(
    "answer",
    [
        FILE,
        [FILE],
        ({"rows": [{"x": FILE}]}, None),
        SimpleNamespace(value=FILE),
        FileData(path="x"),
        {"a": FileData(path="x")},
    ],
)
def test_security_a_file_in_an_answer_is_seen(answer: Any) -> None:
    assert holds_file(answer)


def test_security_a_file_in_a_changed_component_is_seen() -> None:
    assert holds_file(gr.Dropdown(choices=["a"], value=FILE, allow_custom_value=True))  # type: ignore[arg-type]


def test_an_answer_without_a_file_is_seen_to_have_none() -> None:
    assert not holds_file((gr.Dropdown(choices=[("a", "b")]), {"path": "x"}, {"rows": [{"sound": None}]}, gr.skip()))
