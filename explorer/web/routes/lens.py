"""The pictures of what a method's loss sees."""

from fastapi import APIRouter, Response

from explorer.runs.bundle import Bundle
from explorer.runs.library import Library
from explorer.web.routes.answers import Refused, json_answer, number, run_of, shown


def add_lens(router: APIRouter, library: Library) -> None:
    """`lens` of a run: its steps, and the pictures of one."""

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
        at_hand = {"fingerprint": Bundle(run).points().fingerprint, **library.sounds(run).audible()}
        return json_answer({**found, **at_hand})
