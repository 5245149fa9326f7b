"""What a run's model knows: what is kept of it, and having it computed."""

from dataclasses import asdict

from fastapi import APIRouter, Response

from explorer.measurer.knowing import Knowing
from explorer.runs.bundle import Bundle
from explorer.runs.library import Library
from explorer.web.routes.answers import Refused, heard_values, json_answer, refused_by, run_of

LOOKING_ONLY = "This page is for looking only: nothing is computed here."


def add_knowledge(router: APIRouter, library: Library, knowing: Knowing | None) -> None:
    """`knowledge` of a run; without `knowing` only what is kept."""

    @router.get("/run/{name}/knowledge")
    def run_knowledge(name: str) -> Response:
        """All parts that are kept, where the computation stands if it was asked for, and what is needed to hear a change."""
        run = run_of(library, name)
        asked = None if knowing is None else knowing.known(name)
        return json_answer(
            {
                **Bundle(run).knowledge(),
                "asked": None if asked is None else asdict(asked),
                "offered": knowing is not None and not library.read_only(name) and bool(run.snapshots()),
                "heard": heard_values(library, run),
            }
        )

    @router.post("/run/{name}/knowledge")
    def compute(name: str) -> Response:
        """Begin to compute all of it anew, in another process; the answer says where it stands."""
        run = run_of(library, name)
        if knowing is None or library.read_only(name):
            raise Refused(LOOKING_ONLY if knowing is None else "This run can only be looked at here.", 403)
        if not run.snapshots():
            raise Refused("This run has no snapshot yet.", 409)
        with refused_by(409):
            return json_answer({"asked": asdict(knowing.begin(name, run))})
