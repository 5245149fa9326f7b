"""What methods are called, as their cards say it, without the torch that the cards bring along: the list of runs is the page's first.

`make docs` writes the file beside this one.
"""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")


@cache
def _titles() -> dict[str, str]:
    return dict(json.loads(FILE.read_bytes()))


def method_title(method: str) -> str:
    """Of a method's name; of what is none of this version's, as in a run of somebody else's, that name in words."""
    return _titles().get(method, method.replace("_", " "))


def titles_file() -> str:
    """What the file must hold. Brings torch along."""
    from training.methods import METHODS

    return (
        json.dumps({name: method.card.title for name, method in METHODS.items()}, indent=1, ensure_ascii=False) + "\n"
    )
