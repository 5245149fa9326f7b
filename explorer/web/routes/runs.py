"""Which runs there are, and what is known of one whatever it is doing: what it holds, and its method."""

from fastapi import APIRouter, Response

from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.web.routes.answers import Refused, json_answer, run_of

CARD = ("title", "family", "year", "paper", "summary", "formula", "negatives", "prevents_collapse", "breaks")
"""What the page is told of a method's card."""


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
        from training.methods import METHODS  # brings torch, which the first page must not wait for

        word = str(run_of(library, name).config().get("method"))
        if word not in METHODS:
            raise Refused("This version has no such method as this run's.")
        card = METHODS[word].card
        return json_answer({"name": word, **{part: getattr(card, part) for part in CARD}})
