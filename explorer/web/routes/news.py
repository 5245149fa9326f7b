"""What moves while a run trains, and what its measures are compared with."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from explorer.runs.bundle import Bundle
from explorer.runs.cached import is_watched
from explorer.runs.judged import with_known_verdict
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.visitors.identity import visitor_of
from explorer.web.routes.answers import json_answer, run_of
from explorer.web.routes.shared_news import SharedNews
from training.run import State

Looked = Callable[[str, int], None]
PARTS = ("status", "metrics", "layouts", "solid")
Asked = Callable[[str, State], dict[str, Any]]


def add_news(router: APIRouter, library: Library, layouts: LayoutFolders, looked_at: Looked, asked: Asked) -> None:
    """`news` and `baselines` of a run."""

    def read(name: str, parts: tuple[str, ...], since: str, until: str) -> dict[str, Any]:
        run = Bundle(run_of(library, name), layouts)
        found: dict[str, Any] = {}
        if "status" in parts:
            status = with_known_verdict(run.run, run.status())
            found["status"] = {
                **asdict(status),
                **asked(name, status.state),
                "read_only": library.read_only(name),
                "watched": is_watched(run.run),
                "remark": library.remark(run.run),
            }
        if "metrics" in parts:
            found["metrics"] = asdict(run.curves(since, until))
        if "layouts" in parts:
            looked_at(name, 2)
            found["layouts"] = asdict(run.layouts())
        if "solid" in parts:
            looked_at(name, 3)
            found["solid"] = asdict(run.layouts(3))
        return found

    shared = SharedNews(read)

    @router.get("/run/{name}/news")
    async def news(name: str, request: Request) -> Response:
        """What moves while a run trains, in one answer: asking costs more than answering.

        `parts` names what is wanted of status, metrics (those after `since`), layouts, and solid: layouts in space.
        """
        wanted = request.query_params.get("parts", "status,metrics,layouts").split(",")
        parts = tuple(part for part in PARTS if part in wanted)
        return await shared.answer(visitor_of(request.scope), name, parts, request.query_params.get("since", ""))

    @router.get("/run/{name}/baselines")
    def baselines(name: str) -> Response:
        return json_answer(Bundle(run_of(library, name)).baselines())
