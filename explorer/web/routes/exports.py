"""The files that a visitor had made of a run."""

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from explorer.jobs.exports import Exports, Kind
from explorer.runs.library import Library
from explorer.web.routes.answers import NEVER, Refused, headers, run_of


def add_exports(router: APIRouter, library: Library, exports: Sequence[Exports]) -> None:
    """For each of `exports` the file of a run, by its kind's name; none of a run that was deleted since."""

    def given(exports: Exports, name: str) -> Response:
        run_of(library, name)
        made = exports.made(name)
        if made is None or not made.is_file():
            raise Refused("There is no such file of this run; it can be asked for on the page Live.")
        kind = exports.kind
        return FileResponse(made, 200, headers(NEVER), kind.media_type, filename=file_name(name, kind))

    for one in exports:
        router.add_api_route(f"/run/{{name}}/{one.kind.name}", partial(given, one))


def export_address(name: str, kind: Kind) -> str:
    """Where the file of a run is, relative to the page."""
    return f"gradio_api/x/run/{quote(name, safe='')}/{kind.name}"


def file_name(name: str, kind: Kind) -> str:
    """What a browser calls the file of a run."""
    return f"hearsight-{re.sub(r'[^A-Za-z0-9._-]+', '-', name).strip('-.') or 'run'}{kind.ending}"
