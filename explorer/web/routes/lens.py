"""The pictures of what a method's loss sees, and of what was measured."""

from fastapi import APIRouter, Response

from explorer.runs.bundle import Bundle
from explorer.runs.library import Library
from explorer.web.routes.answers import Refused, heard_values, json_answer, number, run_of, shown


def add_lens(router: APIRouter, library: Library) -> None:
    """`lens` of a run: its steps, and the pictures of one; `measured`."""

    @router.get("/run/{name}/lens")
    def run_lens_steps(name: str) -> Response:
        return json_answer({"steps": run_of(library, name).snapshots()})

    @router.get("/run/{name}/lens/{step}")
    def run_lens(name: str, step: str) -> Response:
        """The pictures of one step, with what is needed to hear the clips in them."""
        run = run_of(library, name)
        found = Bundle(run).lens(number(step, "step"))
        if found is None:
            raise Refused(f"This run has no snapshot of step {shown(step)}.")
        return json_answer({**found, **heard_values(library, run)})

    @router.get("/run/{name}/measured")
    def run_measured(name: str, step: str = "") -> Response:
        """Spectra, similarities and the ladder of stages, at a step or at the newest."""
        found = Bundle(run_of(library, name)).measured(number(step, "step") if step else None)
        if found is None:
            raise Refused(
                f"This run has no snapshot of step {shown(step)}." if step else "This run has no snapshot yet."
            )
        return json_answer(found)
