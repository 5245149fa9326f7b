"""The map of a run: its points with their columns, their places, who is near whom, and what moved."""

from typing import Any

from fastapi import APIRouter, Request, Response

from explorer.runs.bundle import Bundle
from explorer.runs.columns import from_codes
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.sounds.windows import window_words
from explorer.tags import TagStore
from explorer.tags.columns import TAGS
from explorer.web.routes.answers import NEVER, Refused, headers, json_answer, number, run_of, shown
from training.run import RunFolder


def add_map(router: APIRouter, library: Library, layouts: LayoutFolders, tags: TagStore | None = None) -> None:
    """`points`, `column`, `layout`, `neighbours` and `moved` of a run."""

    @router.get("/run/{name}/points")
    def run_points(name: str) -> Response:
        return json_answer(points_values(library, run_of(library, name), tags))

    @router.get("/run/{name}/column")
    def run_column(name: str, request: Request) -> Response:
        """`name` and `step` in the query say which values: data may call a facet anything, also what no path can hold."""
        asked = request.query_params
        step = number(asked["step"], "step") if "step" in asked else None
        bundle, column = Bundle(run_of(library, name), layouts, tags), asked.get("name", "")
        found = bundle.column(column, step)
        answer = bundle.awaited(column, step) if found is None else found.to_json()
        if answer is None:
            raise Refused("This run has no such column, or no values of it at this step.")
        return json_answer(answer)

    @router.get("/run/{name}/layout/{step}")
    def run_layout(name: str, step: str, request: Request) -> Response:
        """All x, then all y, and with `axes` = 3 in the query all z of a map in space."""
        axes = 3 if request.query_params.get("axes") == "3" else 2
        found = Bundle(run_of(library, name), layouts).layout(number(step, "step"), axes)
        if found is None:
            raise Refused(f"This run has no map of step {shown(step)} yet.")
        content = found.places.T.astype("<f4").tobytes()
        return Response(content, 200, headers(NEVER) | {"X-Kind": found.shown_kind}, "application/octet-stream")

    @router.get("/run/{name}/neighbours/{step}/{point}")
    def neighbours(name: str, step: str, point: str, request: Request) -> Response:
        count = min(100, number(request.query_params.get("k", "10"), "k"))
        bundle = Bundle(run_of(library, name), layouts)
        found = bundle.neighbours(number(step, "step"), number(point, "point"), count)
        if found is None:
            raise Refused(f"This run has no point {shown(point)} at step {shown(step)}.")
        return json_answer({"neighbours": found})

    @router.get("/run/{name}/moved/{before}/{after}")
    def moved(name: str, before: str, after: str, request: Request) -> Response:
        count = min(100, number(request.query_params.get("k", "20"), "k"))
        bundle = Bundle(run_of(library, name), layouts)
        found = bundle.moved(number(before, "step"), number(after, "step"), count)
        if found is None:
            raise Refused(f"This run has no snapshots of steps {shown(before)} and {shown(after)} to compare.")
        return json_answer(found)


def points_values(library: Library, run: RunFolder, tags: TagStore | None = None) -> dict[str, Any]:
    """What the map must know of a run's points, whether they can be heard here, and from which files they were cut where."""
    sounds = library.sounds(run)
    values = {**Bundle(run, tags=tags).points_values(), **sounds.audible()}
    if tags is None:  # each browser keeps its own, and fills the column in
        values["columns"].append(from_codes(TAGS, (), [-1] * values["n"]).to_json())
    dataset = sounds.one_by_one
    if dataset is not None:
        known = [0 <= clip < len(dataset) for clip in values["clips"]]
        at = list(zip(values["clips"], known, strict=True))
        values["files"] = [dataset.files[clip] if there else "" for clip, there in at]
        values["windows"] = [window_words(dataset, clip) if there else "" for clip, there in at]
    return values
