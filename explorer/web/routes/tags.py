"""Tags that the listener gives to the clips of a run, and what is suggested for one."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from explorer.runs.library import Library
from explorer.runs.points import Points, points
from explorer.runs.snapshots import unit_embeddings
from explorer.tags import TagStore
from explorer.tags.columns import carried
from explorer.tags.store import MOST_CLIPS, MOST_TAGS
from explorer.tags.suggest import suggestions
from explorer.web.routes.answers import Refused, json_answer, refused_by, run_of
from training.data.dataset import Dataset
from training.data.tags import checked_tag
from training.run import RunFolder

SUGGESTED = 12
"""Clips of each kind."""


async def asked_for(request: Request) -> Mapping[str, Any]:
    """The JSON object that was sent; whoever takes something of it checks it."""
    try:
        said = json.loads(await request.body())
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Refused("What was sent is not a JSON object.", 400)
    return said


Asked = Annotated[Mapping[str, Any], Depends(asked_for)]


def add_tags(router: APIRouter, library: Library, tags: TagStore | None) -> None:
    """`tags` of a run, their changes, and `suggest`; without `tags` a browser keeps its own."""

    @router.get("/run/{name}/tags")
    def run_tags(name: str) -> Response:
        return json_answer(tags_values(points(run_of(library, name)), tags))

    @router.post("/run/{name}/tags")
    def change_tags(name: str, asked: Asked) -> Response:
        """Have clips carry a tag, with "kind": "not" a no for it, with "remove" neither; the answer's "row" takes it back."""
        run, store = run_of(library, name), _writable(tags)
        about = points(run)
        threading.Thread(target=_get_ready, daemon=True).start()
        said, ids = asked.get("tag"), _ids_of(about, asked.get("clips"), lambda: library.sounds(run).dataset)
        change = {"add": store.add, "not": store.deny, "remove": store.remove}.get(str(asked.get("kind", "add")))
        if not isinstance(said, str) or change is None:
            raise Refused("A tag was expected, with add, not or remove for its kind.", 400)
        with refused_by(409):
            row = change(said, ids)
        return json_answer({**tags_values(about, store), "row": row})

    @router.post("/run/{name}/tags/rename")
    def rename(name: str, asked: Asked) -> Response:
        """Call a tag "to" from here on, whatever it is on; the answer's "row" is what takes it back."""
        about, store = points(run_of(library, name)), _writable(tags)
        tag, to = asked.get("tag"), asked.get("to")
        if not isinstance(tag, str) or not isinstance(to, str):
            raise Refused("A tag and its new name were expected.", 400)
        with refused_by(409):
            row = store.rename(tag, to)
        return json_answer({**tags_values(about, store), "row": row})

    @router.post("/run/{name}/tags/undo")
    def undo(name: str, asked: Asked) -> Response:
        about, store, row = points(run_of(library, name)), _writable(tags), asked.get("row")
        with refused_by(409):
            store.undo(row if isinstance(row, str) else "")
        return json_answer(tags_values(about, store))

    @router.post("/run/{name}/suggest")
    def suggest(name: str, asked: Asked) -> Response:
        """For the clips "yes" that carry a tag and "no" that are known not to, from the newest snapshot."""
        return json_answer(suggested(run_of(library, name), asked))


def suggested(run: RunFolder, asked: Mapping[str, Any]) -> dict[str, Any]:
    """{"step", "likely", "uncertain": clips that are most like the "yes" ones, and those that may be either}."""
    about = points(run)
    yes, no = (points_of(about, asked.get(part)) for part in ("yes", "no"))
    step = run.newest_snapshot()
    units = None if step is None else unit_embeddings(run, step)
    if units is None or len(units) != len(about):
        raise Refused("This run has no snapshot by which clips could be compared.")
    found = suggestions(units, yes, sorted({*no} - {*yes}), SUGGESTED)
    rows = {
        kind: [{"point": point, "clip": about.clips[point], "score": round(score, 4)} for point, score in each]
        for kind, each in (("likely", found.likely), ("uncertain", found.uncertain))
    }
    return {"step": step, **rows}


def tags_values(about: Points, tags: TagStore | None) -> dict[str, Any]:
    """{"kept": by the "server" or the "browser", "version", "tags": tag → numbers of clips, "noes": the same of those with a
    no for it, "known": all tags there are}.
    """
    if tags is None:
        return {"kept": "browser", "version": "", "tags": {}, "noes": {}, "known": []}
    both = tags.tags_and_noes()
    mine, noes = (
        {tag: [about.clips[i] for i in places] for tag, places in carried(about.ids, said).items()} for said in both
    )
    return {"kept": "server", "version": tags.version, "tags": mine, "noes": noes, "known": sorted(both[0])}


def points_of(about: Points, clips: Any) -> list[int]:
    """The points of clips, given by their numbers in the data."""
    numbers = _numbers(clips)
    place = {clip: point for point, clip in enumerate(about.clips)}
    missing = next((clip for clip in numbers if clip not in place), None)
    if missing is not None:
        raise Refused(f"The clip {str(missing)[:12]} is not on the map of this run.", 400)
    return [place[clip] for clip in dict.fromkeys(numbers)]


def _numbers(clips: Any) -> list[int]:
    if not isinstance(clips, list) or len(clips) > MOST_CLIPS or not all(type(clip) is int for clip in clips):
        raise Refused(f"A list of at most {MOST_CLIPS:,} numbers of clips was expected.", 400)
    return clips


def _ids_of(about: Points, clips: Any, opened: Callable[[], Dataset | None]) -> list[str]:
    """The ids of clips, given by their numbers in the data: also of those that the map does not hold, where the data is at hand."""
    numbers = _numbers(clips)
    dataset = None if set(numbers) <= set(about.clips) else opened()
    if dataset is not None and all(0 <= clip < len(dataset) for clip in numbers):
        return [dataset.ids[clip] for clip in dict.fromkeys(numbers)]
    return [about.ids[point] for point in points_of(about, numbers)]


def tags_sent(about: Points, sent: Any, dataset: Dataset | None = None) -> dict[str, tuple[str, ...]]:
    """Tag → ids of clips, of what a browser sends: tag → numbers of clips, of which some may not be on the map."""
    if not isinstance(sent, dict) or len(sent) > MOST_TAGS:
        raise Refused(f"At most {MOST_TAGS} tags, each with its clips, were expected.", 400)
    with refused_by(400):
        return {checked_tag(tag): tuple(_ids_of(about, clips, lambda: dataset)) for tag, clips in sent.items()}


def _writable(tags: TagStore | None) -> TagStore:
    if tags is None:
        raise Refused("This page is for looking only: its server keeps no tags.", 403)
    return tags


def _get_ready() -> None:
    """Import what suggestions need, while the first clips are being tagged."""
    import sklearn.linear_model  # noqa: F401
