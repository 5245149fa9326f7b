"""Bytes for the page's own components: sounds, pictures, curves, places. Small and fast, looking only.

Names from outside are looked up in what the server knows; none becomes part of a path. Whatever isn't there is
answered by 404 and one sentence.
"""

from collections.abc import Sequence

from fastapi import APIRouter

from explorer.jobs.exports import Exports
from explorer.measurer.knowing import Knowing
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.search.finder import Finder
from explorer.sounds.pairs import Pairs
from explorer.sounds.uploads import Uploads
from explorer.tags import TagStore
from explorer.web.routes.exports import add_exports
from explorer.web.routes.knowledge import add_knowledge
from explorer.web.routes.lens import add_lens
from explorer.web.routes.map import add_map
from explorer.web.routes.news import Asked, Looked, add_news
from explorer.web.routes.runs import add_runs
from explorer.web.routes.settings import add_settings
from explorer.web.routes.sounds import add_sounds
from explorer.web.routes.suspects import add_suspects
from explorer.web.routes.tags import add_tags
from explorer.web.routes.take_away import add_take_away
from explorer.web.routes.views import add_views

PREFIX = "/gradio_api/x"


def byte_routes(
    library: Library,
    uploads: Uploads,
    layouts: LayoutFolders,
    looked_at: Looked = lambda name, axes: None,
    asked: Asked = lambda name, state: {},
    exports: Sequence[Exports] = (),
    tags: TagStore | None = None,
    pairs: Pairs | None = None,
    finder: Finder | None = None,
    knowing: Knowing | None = None,
    places: bool = False,
) -> APIRouter:
    """The routes of the page's components. `looked_at` is called with a run's name whenever its map is looked at;
    `asked` says what more can be asked of a run in this state, and what it waits for; `exports` have the files that visitors asked for;
    `tags` keeps those of clips, where browsers don't; `pairs` draws views, which `finder` compares;
    `knowing` computes what runs know, where visitors may have that done; `places`: whether they may know where on this machine
    sounds lie.
    """
    router = APIRouter(prefix=PREFIX)
    # Routes are tried in turn: that which every open page asks each second comes first.
    add_news(router, library, layouts, looked_at, asked)
    add_sounds(router, library, uploads)
    add_views(router, library, pairs, finder)
    add_runs(router, library, layouts)
    add_settings(router, library, places)
    add_map(router, library, layouts, tags)
    add_lens(router, library)
    add_suspects(router, library)
    add_knowledge(router, library, knowing)
    add_exports(router, library, exports)
    add_tags(router, library, tags)
    add_take_away(router, library, layouts, tags)
    return router
