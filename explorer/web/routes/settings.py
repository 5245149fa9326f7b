"""With which settings a run was started."""

from fastapi import APIRouter, Response

from explorer.runs.library import Library
from explorer.runs.run_settings import run_settings
from explorer.web.routes.answers import json_answer, run_of


def add_settings(router: APIRouter, library: Library) -> None:
    """`settings` of a run."""

    @router.get("/run/{name}/settings")
    def settings(name: str) -> Response:
        return json_answer(run_settings(run_of(library, name)))
