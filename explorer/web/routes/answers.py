"""What every byte route shares: the headers of an answer, a refusal in one sentence, and names from outside looked up."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from fastapi import Response
from starlette.exceptions import HTTPException

from explorer.runs.library import Library
from explorer.runs.points import points
from training.errors import UserError
from training.run import RunFolder

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_GOOD = "private, max-age=31536000, immutable"
NEVER = "no-store"


class Refused(HTTPException):
    """What was asked for isn't there; `detail` is one plain sentence."""

    def __init__(self, sentence: str, status: int = 404):
        super().__init__(status, sentence, {**GUARDS, "Cache-Control": NEVER})


@contextmanager
def refused_by(status: int) -> Iterator[None]:
    """What a visitor did wrong within becomes a refusal with this status."""
    try:
        yield
    except UserError as error:
        raise Refused(str(error), status) from None


def run_of(library: Library, name: str) -> RunFolder:
    """The run of that name."""
    run = library.run(name)
    if run is None:
        raise Refused("There is no such run.")
    return run


def heard_values(library: Library, run: RunFolder) -> dict[str, Any]:
    """What a browser needs to hear a run's clips: the fingerprint of their data, and whether it is at hand."""
    return {"fingerprint": points(run).fingerprint, **library.sounds(run).audible()}


def number(text: str, name: str) -> int:
    """A whole number of at most twelve digits; `name` says what it is of."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise Refused(f"The {name} must be a whole number.")
    return int(text)


def shown(digits: str) -> str:
    """A whole number as it is written in a sentence."""
    return f"{int(digits):,}"


def json_answer(value: Any, keep: str = NEVER) -> Response:
    """200 and a value as JSON; what isn't finite is null."""
    return Response(_json_text(value).encode(), 200, headers(keep), "application/json")


def _json_text(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:  # a file written by hand may hold NaN, which no browser reads
        return json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def headers(keep: str) -> dict[str, str]:
    """Those of every answer; `keep` is for how long a browser may."""
    return {**GUARDS, "Cache-Control": keep}
