"""The zip of a run that a visitor had exported."""

import re
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from explorer.jobs.exports import Exports
from explorer.runs.library import Library
from explorer.web.routes.answers import NEVER, Refused, headers, run_of


def add_exports(router: APIRouter, library: Library, exports: Exports | None) -> None:
    """`export` of a run; without `exports` none is given out, nor of a run that was deleted since."""

    @router.get("/run/{name}/export")
    def run_export(name: str) -> Response:
        run_of(library, name)
        made = None if exports is None else exports.zip(name)
        if made is None or not made.is_file():
            raise Refused("There is no export of this run; it can be asked for on the page Live.")
        return FileResponse(made, 200, headers(NEVER), "application/zip", filename=file_name(name))


def export_address(name: str) -> str:
    """Where the zip of a run is, relative to the page."""
    return f"gradio_api/x/run/{quote(name, safe='')}/export"


def file_name(name: str) -> str:
    """What a browser calls the zip of a run."""
    return f"hearsight-{re.sub(r'[^A-Za-z0-9._-]+', '-', name).strip('-.') or 'run'}.zip"
