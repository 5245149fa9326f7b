"""What is said when, as labels of stretches of a recording: Praat's TextGrids, and TIMIT's .phn and .wrd."""

import re
from collections.abc import Iterator

from training.data.dataset import Event
from training.data.names import readable_name
from training.data.sniff import NotRead
from training.data.tables import LONGEST_COLUMN, content_of, text_of

TEXT_GRID = ".textgrid"
TIMIT = {".phn": "phones", ".wrd": "words"}
"""The facet of each."""
TIMIT_RATE = 16_000
"""Hz, of the samples that TIMIT counts."""
ALIGNMENTS = (TEXT_GRID, *TIMIT)
"""How such files end, in small letters."""

_TOKEN = re.compile(
    r'"(?P<text>[^"]*(?:""[^"]*)*)"|<(?P<flag>exists|absent)>|![^\n]*'
    r'|(?P<number>[-+]?[\d.]+(?:[eE][-+]?\d+)?)(?!\S)|[^\s"]+'
)
"""Praat takes texts, flags and numbers that stand alone and passes over all else: its long and its short form are one."""


def read_alignment(path: str) -> list[Event]:
    """What is said when, by the file at `path`, whose ending is one of ALIGNMENTS. Stretches without a text are left out.

    Raises NotRead where it can't be opened, is too large, or isn't what its ending says.
    """
    text = text_of(content_of(path, follow_links=False))[0]
    ending = path[path.rfind(".") :].lower()
    found = _of_text_grid(text) if ending == TEXT_GRID else _of_timit(text, TIMIT[ending])
    return [
        (start, end, readable_name(facet, LONGEST_COLUMN), readable_name(said, LONGEST_COLUMN))
        for start, end, facet, said in found
        if facet and said
    ]


def _of_text_grid(text: str) -> list[Event]:
    """Of its interval tiers, whose names are the facets; tiers of points are left out."""
    tokens = _tokens(text)
    if not next(tokens, "").startswith('"ooTextFile') or next(tokens, "") != '"TextGrid':
        raise NotRead("it is no TextGrid that Praat wrote as text")
    try:
        _times(tokens)
        tiers = int(next(tokens)) if next(tokens) == "<exists" else 0
        return [stretch for _ in range(tiers) for stretch in _tier(tokens)]
    except (StopIteration, ValueError):
        raise NotRead(
            "it is a TextGrid that ends early or holds something else where a time or a text was expected"
        ) from None


def _tokens(text: str) -> Iterator[str]:
    """Texts with " in front, flags with <, and numbers."""
    for match in _TOKEN.finditer(text):
        if match["text"] is not None:
            yield '"' + match["text"].replace('""', '"')
        elif match["flag"]:
            yield "<" + match["flag"]
        elif match["number"]:
            yield match["number"]


def _tier(tokens: Iterator[str]) -> list[Event]:
    """Raises ValueError or StopIteration where it is broken."""
    kind, name = next(tokens), _text(tokens)
    _times(tokens)
    marks = range(int(next(tokens)))
    if kind == '"IntervalTier':
        return [(*_times(tokens), name, _text(tokens)) for _ in marks]
    if kind != '"TextTier':
        raise ValueError(kind)
    for _ in marks:
        float(next(tokens))
        _text(tokens)
    return []


def _text(tokens: Iterator[str]) -> str:
    token = next(tokens)
    if not token.startswith('"'):
        raise ValueError(token)
    return " ".join(token[1:].split())


def _times(tokens: Iterator[str]) -> tuple[float, float]:
    start, end = float(next(tokens)), float(next(tokens))
    if not 0 <= start <= end < float("inf"):
        raise ValueError(start, end)
    return start, end


def _of_timit(text: str, facet: str) -> list[Event]:
    """Lines of the first sample, the one behind the last, and what is said."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        row = re.fullmatch(r"\s*(\d{1,12})\s+(\d{1,12})\s+(\S.*?)\s*", line, re.ASCII)
        if row is None or int(row[1]) > int(row[2]):
            raise NotRead('lines such as "2400 4050 sh" were expected in it, with numbers of samples at 16 kHz')
        found.append((int(row[1]) / TIMIT_RATE, int(row[2]) / TIMIT_RATE, facet, row[3]))
    return found
