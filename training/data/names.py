"""Names that come from outside, made safe to store, to show and to write to a table."""

import csv
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import IO

_ESCAPED_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Controls, bidi and other invisible marks, halves of surrogate pairs, line separators."""
LONGEST_CAPTION = 2_000
"""Characters."""
_SENT = {"%22": '"', "%0D": " ", "%0A": " "}
"""How browsers write what may not stand in the name of a file that is sent; a percent sign stays one."""


def readable_name(name: str, longest: int | None = None) -> str:
    """`name` with invisible and direction-changing characters shown as escapes; cut in its middle beyond `longest`."""
    plain = name.isascii() and name.isprintable()
    shown = name if plain else "".join(_shown(character) for character in name)
    if longest is None or len(shown) <= longest:
        return shown
    head = (longest - 1) // 2
    return shown[:head] + "…" + shown[len(shown) - (longest - 1 - head) :]


def is_text(name: str) -> bool:
    """Whether a browser can be told `name`; a path that is not in the system's encoding is none."""
    return name.encode(errors="ignore").decode() == name


def sent_name(name: str) -> str:
    """The name that a file had before a browser sent it."""
    for written, meant in _SENT.items():
        name = name.replace(written, meant)
    return name


def readable_caption(text: str) -> str | None:
    """What is said of a sound, in one line and fit to be shown; None where nothing is left."""
    return readable_name(" ".join(text.split()))[:LONGEST_CAPTION] or None


def any_name(names: Sequence[str]) -> Callable[..., str]:
    """A function of a name, and of the folder from which it may be meant, that finds which of the files `names` it means.

    A name may be whole or relative, have folders before it that are not in `names`, and lack folders or its ending. The
    answer is "" where none is meant, or several may be. The whole name wins over a part of another one.
    """
    places: dict[str, str] = {}
    for name in names:
        path = PurePosixPath(name)
        for key in (path.stem, path.name, str(path.with_suffix(""))):
            places[key] = name if places.get(key, name) == name else ""  # "" where it is not clear which
    places |= {name: name for name in names}

    def found(given: str, folder: str = "") -> str:
        tidy = os.path.normpath(given.replace("\\", "/")) if given else ""
        parts = tidy.split("/")
        keys = [
            os.path.normpath(PurePosixPath(folder) / tidy),
            *("/".join(parts[first:]) for first in range(len(parts))),
        ]
        return next((places[key] for key in keys if places.get(key)), "")

    return found


def distinct_names(places: Mapping[str, str]) -> dict[str, str]:
    """`places`: where each file lies → its name there. The same names where no two are alike, else with as much of the place
    before them as tells them apart.
    """
    shown = dict(places)
    taken = {place: name.count("/") + 1 for place, name in places.items()}
    while max((times := Counter(shown.values())).values(), default=1) > 1:
        for place in [place for place, name in shown.items() if times[name] > 1]:
            taken[place] += 1
            shown[place] = "/".join(place.split("/")[-taken[place] :])
    return shown


def write_table(file: IO[str], columns: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> None:
    """A CSV or TSV file, as every table of this project is written: no cell of it is taken for a formula."""
    writer = csv.writer(file, delimiter=separator, lineterminator="\n")
    writer.writerow(map(csv_cell, columns))
    writer.writerows(map(csv_cell, row) for row in rows)


def csv_cell(value: object) -> str:
    """`value` as text that no spreadsheet takes for a formula. Numbers stay numbers, also negative ones."""
    if isinstance(value, (int, float)):
        return str(value)
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _ESCAPED_CATEGORIES:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
