"""Which of the page's scripts import which, read from the scripts themselves: a browser that is told at once what it will
need does not find it out level by level.
"""

import posixpath
import re
from collections.abc import Iterable
from functools import cache

from explorer.web.assets import asset_url, files

IMPORTED = re.compile(r"""^(?:import|export)\b(?:[^;'"()=]*\bfrom)?\s*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
"""What a script imports before it runs; what it asks for later, by import(), isn't meant."""


@cache
def imports(name: str) -> tuple[str, ...]:
    """The scripts that one imports, by their names among the assets, in their order."""
    found = IMPORTED.findall(files()[name].read_text(encoding="utf-8"))
    return tuple(posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) for target in found)


def needed(first: Iterable[str]) -> list[str]:
    """These scripts and all that they import, directly or not; each once, in the order in which a browser would find them."""
    found = dict.fromkeys(first)
    level = list(found)
    while level:
        level = [target for target in dict.fromkeys(t for name in level for t in imports(name)) if target not in found]
        found |= dict.fromkeys(level)
    return list(found)


def preloads(first: Iterable[str]) -> str:
    """Tags that have a browser fetch these scripts, with all they import, at once."""
    return "".join(f'<link rel="modulepreload" href="{asset_url(name)}" />' for name in needed(first))
