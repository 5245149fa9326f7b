"""What a user calls a stream, and which shards that means."""

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

from training.data.names import readable_name
from training.errors import UserError

SHARDS, HUB = "shards:", "stream:"
MOST_SHARDS = 100_000
TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
SCHEME = re.compile(r"\w+:(?://)?")
"""Such as https:// and pipe:, which no path begins with."""
NUMBERS = re.compile(r"\{(\d{1,12})\.\.(\d{1,12})\}")
LONGEST_SHOWN = 200


def is_stream(reference: str) -> bool:
    """Whether `reference` names a stream; a folder that is called so is meant by "./shards:…"."""
    return reference.startswith((SHARDS, HUB))


def whole_stream(reference: str, start: str = "") -> str:
    """The same stream from any working folder: a path made absolute, from `start` or from here."""
    place = reference.removeprefix(SHARDS)
    if place == reference or not place or SCHEME.match(place):
        return reference
    return SHARDS + os.path.abspath(os.path.join(start, os.path.expanduser(place)))


def name_of(reference: str) -> str:
    """What a stream is called: the last part of its shards' place, or the name of the set."""
    if reference.startswith(HUB):
        return readable_name(reference.removeprefix(HUB), LONGEST_SHOWN)
    last = reference.removeprefix(SHARDS).rstrip("/").rpartition("/")[2]
    return readable_name(last.removesuffix(".tar"), 80) or "shards"


def numbered_name(begin: str, count: int) -> str:
    """What names the shards `begin`-000000.tar and so on."""
    return f"{SHARDS}{begin}-{{000000..{count - 1:06d}}}.tar"


def is_address(place: str) -> bool:
    """Whether shards lie on the web and not on this machine."""
    return place.lower().startswith(("http://", "https://"))


def places_of(reference: str) -> list[str]:
    """The paths or addresses of the tar files of "shards:…", in the order of their names. Raises UserError."""
    place = reference.removeprefix(SHARDS)
    shown = readable_name(place, LONGEST_SHOWN)
    if not place:
        raise UserError("No shards were named; shards:/path/to/name-{000000..000127}.tar was expected.")
    if not is_address(place):
        if os.path.isdir(place):
            return _in_folder(Path(place), shown)
        if scheme := SCHEME.match(place):
            raise UserError(f"The shards {shown} lie at {scheme[0]}, but a path, http or https was expected.")
    found = list(itertools.islice(_numbered(place), MOST_SHARDS + 1))
    if len(found) > MOST_SHARDS:
        raise UserError(f"{shown} names more than {MOST_SHARDS:,} shards, the most that are read.")
    if found == [place] and not place.endswith(TAR_ENDINGS) and not is_address(place) and not os.path.exists(place):
        raise UserError(
            f"There is nothing at {shown}; tar files, a folder of them, or {shown}-{{000000..000127}}.tar were expected."
        )
    if not found:
        raise UserError(f"{shown} names no shards; numbers that rise, such as {{000000..000127}}, were expected.")
    return found


def _in_folder(folder: Path, shown: str) -> list[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(TAR_ENDINGS) and name[0] != ".")
    except OSError as error:
        raise UserError(f"The folder {shown} cannot be opened: {error.strerror}.") from None
    if not names:
        raise UserError(f"The folder {shown} holds no shards; files that end in .tar were expected.")
    return [str(folder / name) for name in names[: MOST_SHARDS + 1]]


def _numbered(place: str) -> Iterator[str]:
    """Every place that {first..last} stands for; numbers are as wide as the first one is written."""
    parts = NUMBERS.split(place)  # text, first, last, text, first, last, …, text
    ranges = [
        [f"{number:0{len(first)}d}" for number in range(int(first), min(int(last), int(first) + MOST_SHARDS) + 1)]
        for first, last in zip(parts[1::3], parts[2::3], strict=True)
    ]
    for numbers in itertools.product(*ranges):
        pairs = itertools.zip_longest(parts[::3], numbers, fillvalue="")
        yield "".join(itertools.chain.from_iterable(pairs))
