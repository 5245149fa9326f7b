"""Clips of a run that are worth a second hearing."""

from fastapi import APIRouter, Response

from explorer.runs.library import Library
from explorer.suspects.listed import Busy, suspects
from explorer.web.routes.answers import Refused, json_answer, run_of


def add_suspects(router: APIRouter, library: Library) -> None:
    """`suspects` of a run."""

    @router.get("/run/{name}/suspects")
    def run_suspects(name: str) -> Response:
        """No coroutine, so that it is answered in a thread: the first time it takes seconds."""
        run = run_of(library, name)
        try:
            found = suspects(run, library.sounds(run).dataset)
        except Busy as busy:
            raise Refused(str(busy), 503) from None
        if found is None:
            raise Refused("This run has no snapshot yet.")
        return json_answer(found)
