"""What runs hold that were made before there was a schema.json.

schema_1.json beside this file was written once, from the declarations of the version that came first with them; it stands for
runs that users have, and so stays as it is but for what its pictures are said to show. "before" and "after" are the curves
around the method's own "parts"; "{facet}" stands for each measured facet.
"""

from collections.abc import Iterable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from training.run import reading
from training.run.schema import Schema

MOST_FACETS = 100


def schema_of_older_run(method: str, facets: Iterable[str]) -> Schema:
    """The curves and pictures of a run of `method`, none of its own where that is unknown, on data with these facets."""
    known = _known()
    shown = tuple(islice(facets, MOST_FACETS))
    named = [*known["before"], *known["parts"].get(method, ()), *known["after"]]
    curves = [curve for one in named for curve in _for_each(one, shown)]
    return Schema.from_json({"curves": curves, "pictures": known["pictures"].get(method)})


@cache
def _known() -> dict[str, Any]:
    return reading.read_object(Path(__file__).with_name("schema_1.json"))


def _for_each(curve: dict[str, Any], facets: tuple[str, ...]) -> list[dict[str, Any]]:
    if "{facet}" not in curve["key"]:
        return [curve]
    return [{**curve, "key": curve["key"].replace("{facet}", facet), "title": facet} for facet in facets]
