"""The page's server: its parts put together, and served at an address."""

import gc
import os
import tempfile
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from explorer.background.worker import Worker
from explorer.components.browser_part import PAGE_SCRIPT, BrowserPart
from explorer.gradio_patches.bounded_memory import bound
from explorer.gradio_patches.first_tags import FirstTags
from explorer.gradio_patches.one_app import no_apps
from explorer.gradio_patches.own_history import history_in
from explorer.gradio_patches.quiet_queue import calm
from explorer.gradio_patches.unasked_launch import launch
from explorer.jobs.exports import KINDS, Exports
from explorer.jobs.launcher import Launcher
from explorer.measurer.knowing import Knowing
from explorer.pages import tabs_named, whole_page
from explorer.projector import IN_SPACE
from explorer.runs.cached import is_watched
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.search.finder import Finder
from explorer.services import Services
from explorer.sounds.downloads import Downloads
from explorer.sounds.pairs import Pairs
from explorer.sounds.uploads import Uploads
from explorer.tags import TagStore
from explorer.visitors.arrivals import Arrivals
from explorer.visitors.identity import Visitors
from explorer.visitors.limits import LARGEST, MB, Limits
from explorer.web.address import serve
from explorer.web.assets import STYLE, asset_url
from explorer.web.assets import router as asset_routes
from explorer.web.beforehand import check_data, check_folders
from explorer.web.callers import callers_of, listening
from explorer.web.gate import Gate
from explorer.web.guards import Guards, outermost
from explorer.web.modules import preloads
from explorer.web.open_files import most_incoming
from explorer.web.open_routes import OpenRoutes
from explorer.web.pauses import Pauses
from explorer.web.routes import byte_routes
from explorer.web.workplace import Workplace
from training.data import STARTER, whole_reference
from training.run import State
from training.run.example import EXAMPLE_FOLDER

PAUSE_SECONDS = 0.7
"""Longer than a page that is being drawn asks for nothing."""
STANDBY_SECONDS = 5.0
"""How long a trainer imports what it needs, before another process may begin to."""
LONGEST_SECONDS = 15.0
"""What waits for a pause waits no longer; the page of a run that goes on asks twice a second."""


class Server:
    """Everything behind the page, from the folder of the runs to the routes. While it lives the process works elsewhere."""

    def __init__(self, runs: Path, *, data: str, read_only: bool, limits: Limits | None = None, paths: bool = True):
        """`paths`: whether visitors may name any folder of this machine as data.

        Raises NotServed where `data` is neither the name of a set nor a path where something is, or nothing can be put aside or kept."""
        self._data = whole_reference(data)
        check_data(self._data)
        check_folders(read_only)
        self._limits = limits or Limits()
        self._places = paths and not read_only
        runs, started_in = runs.absolute(), os.getcwd()
        self._workplace = Workplace()
        own = "" if self._data == STARTER else self._data
        library = Library(runs, EXAMPLE_FOLDER if EXAMPLE_FOLDER.is_dir() else None, data=own)
        uploads = Uploads()
        self.services = Services(
            library=library,
            launcher=Launcher(runs, read_only=read_only, limits=self._limits),
            uploads=uploads,
            pairs=Pairs(library.open_datasets, uploads),
            finder=Finder(library, LayoutFolders()),
            downloads=Downloads(arrived=library.open_datasets.forget),
            exports=() if read_only else tuple(Exports(kind) for kind in KINDS),
            tags=None if read_only else TagStore(),
            knowing=None if read_only else Knowing(),
        )
        self.projector = Worker("explorer.projector")
        self.measurer = None if read_only else Worker("explorer.measurer")  # it writes into the runs' folders
        self._pauses = Pauses()
        with no_apps():
            self.page = whole_page(
                self.services, data=self._data, read_only=read_only, started_in=started_in, paths=paths
            )

    def routes(self) -> FastAPI:
        """The byte routes; a FastAPI of their own only carries them to Gradio's."""
        host = FastAPI(openapi_url=None)
        host.include_router(asset_routes)
        host.include_router(
            byte_routes(
                self.services.library,
                self.services.uploads,
                LayoutFolders(),
                self._looked_at,
                self._asked,
                self.services.exports,
                self.services.tags,
                pairs=self.services.pairs,
                finder=self.services.finder,
                knowing=self.services.knowing,
                places=self._places,
            )
        )
        return host

    def open(self, host: str | None, port: int | None, allowed: Sequence[str] = (), **launched: Any) -> None:
        """Serve in the background, and get ready what is needed next; the rest as for `launch`. Raises NotServed."""
        self.launch(host, port, allowed, **launched)
        if os.path.isabs(self._data):
            self.services.library.open_datasets.open(self._data)
        threading.Thread(target=self._warm_up, daemon=True).start()

    def stay(self) -> None:
        """Go on serving until the process is interrupted."""
        self.page.block_thread()

    def launch(self, host: str | None, port: int | None, allowed: Sequence[str] = (), **launched: Any) -> None:
        """Serve in the background. `allowed` are names under which visitors may ask beside the server's own; `launched` goes
        to Gradio's `launch`. Raises NotServed.
        """
        limits = self._limits
        # What waits for its turn cannot be asked past it.
        with no_apps():
            self.page.queue(default_concurrency_limit=4, api_open=False, max_size=limits.waiting_events or None)
        calm(self.page._queue)
        bound(self.page._queue, limits.sessions or LARGEST)
        callers, incoming = callers_of(listening(host), allowed), Path(get_upload_folder())
        open_routes, hosted = OpenRoutes(incoming), "SPACE_ID" in os.environ
        visitors, arrivals = Visitors(framed=hosted), Arrivals(limits, incoming, most_files=most_incoming())

        def guarded(app: ASGIApp) -> ASGIApp:
            guards = Guards(Gate(app, visitors, limits, arrivals), callers, open_routes, hosted=hosted)
            return self._pauses.noticing(guards)

        with history_in(Path(tempfile.gettempdir())):
            serve(
                partial(launch, self.page),
                host,
                port,
                app_kwargs={
                    "routes": self.routes().routes,
                    "middleware": [Middleware(FirstTags, before=first_script(), after=fetched_early(self.page))],
                    "lifespan": outermost(guarded),
                    "openapi_url": None,
                },
                head=head(),
                theme=theme(),
                ssr_mode=False,
                run_history=False,
                footer_links=[],
                state_session_capacity=limits.sessions or LARGEST,
                max_file_size=limits.upload_mb * MB or None,
                **launched,
            )

    def close(self) -> None:
        """Let go of everything but the trainers, which go on."""
        self.page.close(verbose=False)
        self.projector.close()
        if self.measurer is not None:
            self.measurer.close()
        self.services.close()
        self._workplace.close()

    def _asked(self, name: str, state: State) -> dict[str, Any]:
        launcher = self.services.launcher
        if state is State.WAITING:
            return {"place": launcher.place(name), **launcher.ahead(name)}
        return {"longer": launcher.longer(name)} if state is State.FINISHED else {}

    def _looked_at(self, name: str, axes: int) -> None:
        run = self.services.library.run(name)
        if run is not None:
            self.projector.want(run.path, IN_SPACE if axes == 3 else "")
            if self.measurer is not None and is_watched(run):
                self.measurer.want(run.path)

    def _warm_up(self) -> None:
        """Import what the first visitor will need, when no page is being drawn: Python imports torch for two seconds, and
        lets little else run meanwhile. One thing after the other, for the same reason.
        """
        self._pauses.wait(PAUSE_SECONDS, LONGEST_SECONDS)
        try:
            _bring_torch()
        finally:
            gc.freeze()
            gc.enable()  # app.py turned it off
        self.services.launcher.prepare()
        time.sleep(STANDBY_SECONDS)
        self._pauses.wait(PAUSE_SECONDS, LONGEST_SECONDS)
        self.projector.start()


def first_script() -> str:
    """What must run before Gradio's scripts."""
    return f'<script src="{asset_url("js/core/quiet_clocks.js")}"></script>'


def fetched_early(page: gr.Blocks) -> str:
    """Which tabs there are, the page's own script, which runs while Gradio's make the page, and all that our parts will need."""
    parts = [f"js/{part.module}" for part in page.blocks.values() if isinstance(part, BrowserPart)]
    script = f'<script type="module" async src="{asset_url(PAGE_SCRIPT)}"></script>'
    style = f'<link rel="preload" as="style" href="{asset_url(STYLE)}" />'
    return f"{tabs_named()}{script}{style}{preloads([PAGE_SCRIPT, *parts])}"


def head() -> str:
    """What Gradio adds to the page's <head> behind its own: the style sheet, before anything is drawn."""
    return f'<link rel="stylesheet" href="{asset_url(STYLE)}" />'


def theme() -> gr.themes.Base:
    """Gradio's own widgets in the page's colours and in fonts that every machine has."""
    fonts = ["Inter", "Segoe UI", "system-ui", "sans-serif"]
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        font=[gr.themes.Font(name) for name in fonts],
        font_mono=[gr.themes.Font("ui-monospace"), gr.themes.Font("monospace")],
        radius_size=gr.themes.sizes.radius_md,
    )


def _bring_torch() -> None:
    """What the form of a new run waits for, and the two views of a clip."""
    import explorer.sounds.views
    import training.methods

    assert explorer.sounds.views and training.methods
