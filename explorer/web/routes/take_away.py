"""Clips of a run as a file: a table, Parquet, their sounds by tag, or their times as label tracks. Changes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.tags import TagStore
from explorer.take_away import Taken, as_csv, as_parquet, tagged_beyond, zipped, zipped_tracks
from explorer.web.routes.answers import NEVER, Refused, headers, refused_by, run_of
from explorer.web.routes.tags import Asked, points_of, tags_sent

KINDS: dict[str, tuple[str, Callable[[Taken], bytes | Iterable[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
    "zip": ("application/zip", zipped),
    "tracks": ("application/zip", zipped_tracks),
}
"""Kind of file → its media type, and what makes it."""
BY_TAG = ("zip", "tracks")
"""Of all clips, these hold those that are tagged."""
BEYOND = ("tracks",)
"""Of all clips, these also hold those that are tagged and not on the map."""


def add_take_away(router: APIRouter, library: Library, layouts: LayoutFolders, store: TagStore | None) -> None:
    """`take_away` of a run; without `store` a browser keeps its own tags."""

    @router.post("/run/{name}/take_away/{kind}")
    def take_away(name: str, kind: str, asked: Asked) -> Response:
        """Of the clips "clips" (null: all; by tag all that are tagged) with "tags" of a browser's, as of "step"."""
        if kind not in KINDS:
            raise Refused(f"Clips are taken away as {', '.join(KINDS)}.")
        media_type, make = KINDS[kind]
        run = run_of(library, name)
        bundle = Bundle(run, layouts)
        about, step = bundle.points(), asked.get("step")
        dataset = library.sounds(run).dataset
        tags = tags_sent(about, asked.get("tags"), dataset)
        if type(step) is not int or step not in run.snapshots():
            step = run.newest_snapshot()
        everything = asked.get("clips") is None
        points = range(len(about)) if everything else points_of(about, asked["clips"])
        taken = Taken(bundle, points, tags, step, dataset)
        if everything and kind in BY_TAG:
            taken = replace(taken, points=[i for i in points if taken.tags_of_points[i]])
        if everything and kind in BEYOND and dataset is not None:
            taken = replace(taken, beyond=tagged_beyond(about, tags if store is None else store.tags(), dataset))
        if not taken.points and not taken.beyond:
            raise Refused("No clip is tagged or selected, so there is nothing to take away.", 400)
        with refused_by(409):
            content = make(taken)
        if isinstance(content, bytes):
            return Response(content, 200, headers(NEVER), media_type)
        return StreamingResponse(content, 200, headers(NEVER), media_type)
