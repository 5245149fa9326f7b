"""What is said while something takes long."""

import sys
from collections.abc import Callable

import pytest

from training.commands.output import MOST_BULLETS, SILENT_SECONDS, bulleted, progress_line


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Moves the clock on, says how far something is, and returns what was written."""
    clock = Clock()
    show = progress_line(clock)

    def at(seconds: float, fraction: float, message: str = "Part 2 of 3. Listening") -> str:
        clock.now = 100.0 + seconds
        show(fraction, message)
        return capsys.readouterr().err

    return at


def test_a_file_gets_a_line_a_quarter_and_none_is_silent_for_long(said: Callable[..., str]) -> None:
    assert said(0, 0.0) == "Part 2 of 3. Listening 0 %\n"
    assert said(1, 0.1) == ""
    assert said(1 + SILENT_SECONDS, 0.2) == "Part 2 of 3. Listening (about 60 s left) 20 %\n"
    assert said(2 + SILENT_SECONDS, 0.21) == ""
    assert said(100, 0.25) == "Part 2 of 3. Listening (about 5 min left) 25 %\n"
    assert said(400, 1.0) == "Part 2 of 3. Listening 100 %\n"


def test_a_terminal_gets_one_line_that_fits(said: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    assert said(1, 0.5, "x" * 90) == f"\r{'x' * 33}  50 %\x1b[K"
    assert said(20, 0.5) == "\rPart 2 of 3. Li (about 20 s left)  50 %\x1b[K"
    assert said(20, 1.0) == "\rPart 2 of 3. Listening 100 %\x1b[K\n"


def test_the_first_of_many_lines_are_named_and_the_others_counted() -> None:
    lines = [f"file {i}" for i in range(MOST_BULLETS + 1_234)]
    whole = [f"- file {i}" for i in range(MOST_BULLETS)]
    assert bulleted(lines) == [*whole, "- and 1,234 more"] and bulleted(lines[:MOST_BULLETS]) == whole
    assert bulleted([]) == []
