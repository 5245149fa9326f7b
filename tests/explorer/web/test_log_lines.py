"""No line of the log is long, and none is written by a stranger."""

import io
import sys

import pytest

from explorer.web.log_lines import LONGEST_LINE, LONGEST_TEXT, CutLines, cut, cut_what_is_logged


def test_security_long_values_are_cut() -> None:
    line = cut(f"Value: {'x' * 5000} is not in the list\n")
    assert line.startswith("Value: xxx") and line.endswith("… (5,026 characters)\n")
    assert len(line) < LONGEST_LINE + 30
    assert len(cut("a\n" * 10**6)) < LONGEST_TEXT + 50


def test_security_control_characters_are_shown_as_marks() -> None:
    assert cut("\x1b[2Ja\rb\u202ec\u2028d\te\n") == "?[2Ja?b?c?d\te\n"


def test_what_is_short_stays() -> None:
    assert cut("Traceback\n  line – é\n\n") == "Traceback\n  line – é\n\n"
    assert cut("") == ""


def test_a_stream_is_still_a_stream() -> None:
    below = io.StringIO()
    stream = CutLines(below)
    assert stream.write("x" * 300) == 300
    assert not stream.isatty()
    assert below.getvalue() == "x" * LONGEST_LINE + "… (300 characters)"


def test_tracebacks_and_prints_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    import traceback

    streams = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    cut_what_is_logged()
    print("y" * 400)
    try:
        raise ValueError("x" * 100_000)
    except ValueError:
        traceback.print_exc()
    assert "ValueError: xxx" in streams[1].getvalue()
    for stream in streams:
        assert stream.getvalue() and max(map(len, stream.getvalue().splitlines())) < LONGEST_LINE + 40
