"""With which settings a run was started, and beside which twin."""

from fastapi import APIRouter, Response

from explorer.runs.library import Library
from explorer.runs.run_settings import run_settings
from explorer.runs.twins import twins_of
from explorer.web.routes.answers import json_answer, run_of


def add_settings(router: APIRouter, library: Library, places: bool) -> None:
    """`settings` and `twins` of a run. `places`: whether visitors may know where on this machine its sounds lie."""

    @router.get("/run/{name}/settings")
    def settings(name: str) -> Response:
        return json_answer(run_settings(run_of(library, name), places=places))

    @router.get("/run/{name}/twins")
    def twins(name: str) -> Response:
        """Null for a run without a twin."""
        return json_answer(twins_of(run_of(library, name)))
