"""Which runs there are, and what is known of one whatever it is doing: what it holds, and its method."""

from fastapi import APIRouter, Request, Response

from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.runs.marks import Marks
from explorer.runs.table import RunTable
from explorer.web.routes.answers import Refused, json_answer, run_of


def add_runs(router: APIRouter, library: Library, layouts: LayoutFolders) -> None:
    """`runs`, and `schema` and `method` of a run."""

    table = RunTable(library, Marks())

    @router.get("/runs")
    def runs(request: Request) -> Response:
        """With `changed=1` also what was changed in each, which waits until the methods have been imported."""
        rows = table.rows(changed=request.query_params.get("changed") == "1")
        return json_answer({"runs": rows, "latest": library.latest()})

    @router.get("/run/{name}/schema")
    def run_schema(name: str) -> Response:
        return json_answer(Bundle(run_of(library, name), layouts).schema().to_json())

    @router.get("/run/{name}/method")
    def run_method(name: str) -> Response:
        """What a newcomer is told of the run's method."""
        card = Bundle(run_of(library, name)).method()
        if card is None:
            raise Refused("This version has no such method as this run's.")
        return json_answer(card)
