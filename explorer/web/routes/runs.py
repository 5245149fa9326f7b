"""Which runs there are, and what is known of one whatever it is doing: what it holds, and its method."""

from fastapi import APIRouter, Response

from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.web.routes.answers import Refused, json_answer, run_of


def add_runs(router: APIRouter, library: Library, layouts: LayoutFolders) -> None:
    """`runs`, and `schema` and `method` of a run."""

    @router.get("/runs")
    def runs() -> Response:
        rows = [{"name": summary.name, "title": summary.title} for summary in library.summaries()]
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
