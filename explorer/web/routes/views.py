"""Two views of a sound, or the one that a run's method hears: seen, heard, and how alike a run's model finds them.

What is asked for stands whole in the query, so that an answer can be made anew at any time:

    upload=TOKEN or clip=NUMBER, fingerprint=DATA, seed=NUMBER        the sound, and the data of the clips it is mixed with
    run=NAME                                                          the views are drawn as this run draws them
    domain=mel|waveform, views={"mixup": 0.2, …}, front_end={…}       or by these settings

Of a `run` alone the data is the run's own.
"""

import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, Request, Response

from explorer.runs.library import Library
from explorer.runs.run_views import run_views
from explorer.search.finder import Finder
from explorer.sounds.open_datasets import StillOpening
from explorer.sounds.pairs import BUSY, Busy, Pairs, Recipe
from explorer.web.incoming import SCALAR, typed
from explorer.web.routes.answers import NEVER, Refused, json_answer, number, run_of
from explorer.web.routes.sounds import picture_values, wav
from training.errors import UserError

if TYPE_CHECKING:
    from training.parts.augment import Augment

LONGEST_SETTINGS = 4_000
"""Letters of the settings of one kind."""
BUSY_STATUS = 503
LARGEST_SEED = 2**31
COMPARED_AT_ONCE = 2
GOES_ON = "Drawn by this run's settings; its method goes on to mask, cut or order what it is given."
ONE = "This method hears one view of a clip. Drawn by this run's settings; what is then hidden, cut or ordered in it isn't shown."
Value = TypeVar("Value")


def add_views(router: APIRouter, library: Library, pairs: Pairs | None, finder: Finder | None) -> None:
    """`views`, each one's `heard`, and their `alike`; without `pairs` none are drawn."""
    turn = threading.Semaphore(COMPARED_AT_ONCE)

    @router.get("/views")
    def views(request: Request) -> Response:
        asked = dict(request.query_params)
        if "run" in asked and (why := _none_of_run(library, asked["run"])) is not None:
            return json_answer({"views": [], **why})
        drawn = _or_refused(lambda: _pairs(pairs).pair(recipe_of(library, asked)))
        count = 1 if "run" in asked and run_views(run_of(library, asked["run"])).one else 2
        shown = [{"picture": picture_values(view.picture), "line": view.line} for view in drawn[:count]]
        return json_answer({"views": shown, "note": _or_refused(lambda: _note(library, asked)), "later": False})

    @router.get("/views/heard/{which}")
    def heard(which: str, request: Request) -> Response:
        if which not in ("0", "1"):
            raise Refused("There are two views, 0 and 1.")
        recipe = _or_refused(lambda: recipe_of(library, dict(request.query_params)))
        return wav(_or_refused(lambda: _pairs(pairs).heard(recipe, int(which))), NEVER)

    @router.get("/views/alike/{run}")
    def alike(run: str, request: Request) -> Response:
        """The views' similarity now and before training, by the model of `run`."""
        if finder is None:
            raise Refused("Nothing is compared here.")
        recipe = _or_refused(lambda: recipe_of(library, dict(request.query_params)))
        if (why := _why_not(library, run, recipe)) is not None:
            return json_answer({"why": why})
        if not turn.acquire(timeout=1):
            raise Refused(BUSY, BUSY_STATUS)
        try:
            return json_answer(_or_refused(lambda: _alike(finder, _pairs(pairs), run, recipe)))
        finally:
            turn.release()


def _none_of_run(library: Library, name: str) -> dict[str, Any] | None:
    """Why none can be drawn of any clip of a run, and whether it is only so for now; None where they can.

    The page asks for each clip that is chosen, so that this is an answer and no mistake.
    """
    run = run_of(library, name)
    try:
        run_views(run)
    except UserError as error:
        return {"note": str(error), "later": False}
    sounds = library.sounds(run)
    return None if sounds.dataset is not None else {"note": sounds.note, "later": sounds.opening}


def recipe_of(library: Library, asked: dict[str, str]) -> Recipe:
    """What a query asks for. Raises UserError and Refused: it came from a browser and may be anything."""
    seed = number(asked.get("seed", "0"), "seed")
    if seed > LARGEST_SEED:
        raise UserError(f"The seed is {seed:,}, but a whole number from 0 to {LARGEST_SEED:,} was expected.")
    fingerprint = asked.get("fingerprint") or None
    if "run" in asked:
        run = run_of(library, asked["run"])
        augment = run_views(run).augment
        fingerprint = fingerprint or _data_of(library, asked["run"])
    else:
        augment = _augment(asked)
    if "upload" in asked:
        return Recipe(asked["upload"], fingerprint, None, augment, seed)
    return Recipe(None, fingerprint, number(asked.get("clip", ""), "clip"), augment, seed)


def _augment(asked: dict[str, str]) -> "Augment":
    from training.parts.augment import Augment
    from training.settings import build
    from training.spectrogram import FrontEnd
    from training.views import VIEWS

    domain = asked.get("domain")
    if domain is None:
        raise Refused("A run or a domain was expected, by which the views are drawn.", 400)
    if domain not in VIEWS:
        raise UserError("Choose mel views or waveform views.")
    views = build(VIEWS[domain], _settings(asked.get("views", "{}")), "The augmentation")
    return Augment(views, build(FrontEnd, _settings(asked.get("front_end", "{}")), "The spectrogram"))


def _settings(text: str) -> dict[str, Any]:
    """Named values as JSON."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_SETTINGS else None
    except (ValueError, RecursionError):
        found = None
    values = typed({str: SCALAR}, found)
    if values is None:
        raise UserError("These are no settings: names with their values were expected.")
    return dict(values)


def _data_of(library: Library, name: str) -> str:
    sounds = library.sounds(run_of(library, name))
    if sounds.opening:
        raise StillOpening
    if sounds.dataset is None:
        raise UserError(sounds.note)
    return sounds.dataset.fingerprint


def _note(library: Library, asked: dict[str, str]) -> str:
    if "run" not in asked:
        return ""
    own = run_views(run_of(library, asked["run"]))
    return ONE if own.one else "" if own.pairs else GOES_ON


def _why_not(library: Library, name: str, recipe: Recipe) -> str | None:
    """Why a run's model cannot be given such views; None where it can."""
    try:
        own = run_views(run_of(library, name)).augment
    except UserError as error:
        return str(error)
    if type(own.settings) is type(recipe.augment.settings) and own.front_end == recipe.augment.front_end:
        return None
    return "The run that is looked at hears with another front end, so it cannot compare these views."


def _alike(finder: Finder, pairs: Pairs, name: str, recipe: Recipe) -> dict[str, Any]:
    """Cosine and percentile among random pairs, now and, where the weights are kept, before training; or why there is none."""
    views = [view.given for view in pairs.pair(recipe)]
    try:
        now = finder.compare_views(name, views)
        untrained = finder.untrained(name)
        before = None if untrained is None else finder.compare_views(name, views, untrained)
    except UserError as error:
        return {"why": str(error)}
    return {
        "step": now.step,
        "cosine": now.cosine,
        "percentile": now.percentile,
        "before": None if before is None else {"cosine": before.cosine, "percentile": before.percentile},
    }


def _pairs(pairs: Pairs | None) -> Pairs:
    if pairs is None:
        raise Refused("No views are drawn here.")
    return pairs


def _or_refused(answer: Callable[[], Value]) -> Value:
    """What `answer` gives; a mistake becomes the one sentence of a refusal."""
    try:
        return answer()
    except (Busy, StillOpening) as error:
        raise Refused(str(error), BUSY_STATUS) from None
    except UserError as error:
        raise Refused(str(error)) from None
