"""Clips of a run that are worth a second hearing."""

from fastapi import APIRouter, Response

from explorer.runs.library import Library
from explorer.suspects.listed import Busy, suspects
from explorer.web.routes.answers import json_answer, run_of


def add_suspects(router: APIRouter, library: Library) -> None:
    """`suspects` of a run."""

    @router.get("/run/{name}/suspects")
    def run_suspects(name: str) -> Response:
        """SuspectList or NoSuspectsYet of assets/js/core/types.d.ts. No coroutine, so that it is answered in a thread: the
        first time it takes seconds.
        """
        run = run_of(library, name)
        try:
            found = suspects(run, library.sounds(run).dataset)
        except Busy as busy:
            return json_answer({"note": str(busy), "soon": True})
        if found is None:
            return json_answer({"note": "This run has no snapshot yet.", "soon": False})
        return json_answer(found)
