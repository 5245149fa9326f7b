"""What is logged is cut: what strangers send would otherwise fill the log, or write lines of its own into it."""

import re
import sys
from typing import TextIO

LONGEST_LINE = 200
LONGEST_TEXT = 8_000
"""Characters that are written at once, such as a whole traceback."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class CutLines:
    """A stream whose lines are cut; control characters, which terminals obey, become question marks."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        """As of any stream; the whole text counts as written."""
        self._stream.write(cut(text))
        return len(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def cut(text: str) -> str:
    """`text` with no line longer than LONGEST_LINE, and not much longer than LONGEST_TEXT in all."""
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}… ({len(text):,} characters)\n"
    return "".join(map(_cut_line, CONTROL.sub("?", text).splitlines(keepends=True)))


def cut_what_is_logged() -> None:
    """From now on, in this process."""
    sys.stdout, sys.stderr = CutLines(sys.stdout), CutLines(sys.stderr)


def _cut_line(line: str) -> str:
    shown = line.rstrip("\r\n")
    if len(shown) <= LONGEST_LINE:
        return line
    return f"{shown[:LONGEST_LINE]}… ({len(shown):,} characters){line[len(shown) :]}"
