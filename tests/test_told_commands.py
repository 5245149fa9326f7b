"""Every command line of the documents can be copied: it is one command, which is understood, and words about it follow a #."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from app import options
from explorer.__main__ import _parser as explorer
from training.__main__ import _parser as training

ROOT = Path(__file__).parent.parent
UNDERSTOOD: dict[str, Callable[[list[str]], object]] = {
    "-m training": lambda given: training(internal=False).parse_args(given),
    "-m explorer": lambda given: explorer().parse_args(given),
    "app.py": options,
}
LINE = re.compile(rf"^(?:    )?((?:python|torchrun)\b.*? ?({'|'.join(map(re.escape, UNDERSTOOD))})\b.*)$", re.MULTILINE)
TOLD = sorted(
    {
        (path.name, line, begin)
        for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
        for line, begin in LINE.findall(path.read_text())
    }
)


def words(line: str, begin: str) -> list[str]:
    """What follows the program, as a shell splits it; what may be left out is given, and a number for N."""
    given = shlex.split(re.sub(r"\[(--[^]]+)\]", r"\1", line), comments=True)
    at = given.index(begin.rpartition(" ")[2]) + 1
    return ["1" if word == "N" else word for word in given[at:]]


def test_there_are_some_of_each_program() -> None:
    assert {begin for _, _, begin in TOLD} == set(UNDERSTOOD) and len(TOLD) > 30


@pytest.mark.parametrize(("document", "line", "begin"), TOLD)
def test_it_is_understood(document: str, line: str, begin: str) -> None:
    try:
        UNDERSTOOD[begin](words(line, begin))
    except SystemExit:
        pytest.fail(f"{document} tells a command that isn't understood: {line}")
