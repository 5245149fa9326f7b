"""Every route that the server answers.

A request that `OPEN` doesn't name is answered by 404, so that what Gradio may add some day stays closed.
"""

import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.routing import compile_path

PAGE = "the page in a browser"
PROGRAMS = "gradio_client"
BOTH = f"{PAGE}, {PROGRAMS}"
ITSELF = "this server, when it starts"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Of no path that the page asks for; Gradio fails at them."""


@dataclass(frozen=True)
class Open:
    """One route: `methods` are separated by spaces, `path` is written as for Starlette's router."""

    methods: str
    path: str
    whom: str
    why: str
    without: tuple[str, ...] = ()
    """Parameters of the query that it has and that are closed."""
    only_uploads: bool = False
    """Whether the path's last part names a file, which must lie where uploads are kept."""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return compile_path(self.path)[0]

    def parts(self, path: str) -> dict[str, str] | None:
        """The parts of a path that this route answers; None for another path."""
        found = self._pattern.fullmatch(path)
        return found and found.groupdict()


OPEN = (
    Open("GET HEAD", "/", BOTH, "the page itself", without=("deep_link", "page")),
    Open("GET", "/config", PROGRAMS, "how the page is built, public as it is", without=("deep_link",)),
    Open("GET", "/gradio_api/info", PROGRAMS, "what /find and /compare want and give", without=("all_endpoints",)),
    Open("GET", "/theme.css", PAGE, "the colours of Gradio's own widgets"),
    Open("GET", "/assets/{path:path}", PAGE, "Gradio's scripts and styles, from its package"),
    Open("GET", "/static/{path:path}", PAGE, "Gradio's fonts and pictures, from its package"),
    Open("GET", "/favicon.ico", PAGE, "our icon"),
    Open("GET", "/manifest.json", PAGE, "the page's name and icon, named in its head"),
    Open("GET", "/pwa_icon", PAGE, "our icon, named in the manifest"),
    Open("POST", "/gradio_api/run/{api_name}", PAGE, "events that are answered at once"),
    Open("POST", "/gradio_api/queue/join", BOTH, "events that wait for their turn"),
    Open("GET", "/gradio_api/queue/data", BOTH, "their answers, to whoever knows the session's word"),
    Open("POST", "/gradio_api/cancel", BOTH, "an event of one's own that is not wanted any more"),
    Open("GET", "/gradio_api/heartbeat/{session_hash}", BOTH, "tells that a page was left, so that it is forgotten"),
    Open("POST", "/gradio_api/upload", BOTH, "a visitor's sounds arrive"),
    Open("GET", "/gradio_api/upload_progress", PAGE, "how far an upload is, to whoever knows its word"),
    Open(
        "GET HEAD", "/gradio_api/file={path_or_url:path}", PAGE, "an upload, while it is looked at", only_uploads=True
    ),
    Open("GET", "/gradio_api/app_id", PAGE, "a number of this start, asked by a page that had lost the server"),
    Open("GET", "/gradio_api/startup-events", ITSELF, "whether it answers; true or false"),
    Open("GET", "/gradio_api/x/assets/{asked}/plotly", PAGE, "plotly.js"),
    Open("GET", "/gradio_api/x/assets/{asked}/{name:path}", PAGE, "our scripts, styles and icon"),
    Open("GET", "/gradio_api/x/clip/{fingerprint}/{index}", PAGE, "a clip of an open data set, as sound"),
    Open("GET", "/gradio_api/x/pictures/{fingerprint}", PAGE, "pictures of its clips"),
    Open("GET", "/gradio_api/x/clips/{fingerprint}", PAGE, "its clips with a text in a label or a file's name"),
    Open("GET", "/gradio_api/x/upload/{token}/clip", PAGE, "a visitor's sound, to whoever knows its word"),
    Open("GET", "/gradio_api/x/upload/{token}/picture", PAGE, "its picture"),
    Open("GET", "/gradio_api/x/views", PAGE, "two views of a clip or of a visitor's sound, drawn by its settings"),
    Open("GET", "/gradio_api/x/views/heard/{which}", PAGE, "one of them as sound"),
    Open("GET", "/gradio_api/x/views/alike/{run}", PAGE, "how alike a run's model finds them"),
    Open("GET", "/gradio_api/x/runs", PAGE, "which runs there are"),
    Open("GET", "/gradio_api/x/run/{name}/schema", PAGE, "what a run holds: curves, columns, pictures"),
    Open("GET", "/gradio_api/x/run/{name}/settings", PAGE, "what a run was started with"),
    Open("GET", "/gradio_api/x/run/{name}/twins", PAGE, "a run beside its twin: what was foretold, what came of it"),
    Open("GET", "/gradio_api/x/run/{name}/method", PAGE, "the card of a run's method"),
    Open("GET", "/gradio_api/x/run/{name}/news", PAGE, "a run's state, curves and list of maps"),
    Open("GET", "/gradio_api/x/run/{name}/baselines", PAGE, "what its measures are compared with"),
    Open("GET", "/gradio_api/x/run/{name}/points", PAGE, "the clips on its map"),
    Open("GET", "/gradio_api/x/run/{name}/column", PAGE, "a value of each, to colour by"),
    Open(
        "GET POST",
        "/gradio_api/x/run/{name}/tags",
        PAGE,
        "which tags its clips carry; kept where they aren't read-only",
    ),
    Open("POST", "/gradio_api/x/run/{name}/tags/rename", PAGE, "a tag gets another name"),
    Open("POST", "/gradio_api/x/run/{name}/tags/undo", PAGE, "a change of tags is taken back"),
    Open("POST", "/gradio_api/x/run/{name}/suggest", PAGE, "clips like those that are named; changes nothing"),
    Open("POST", "/gradio_api/x/run/{name}/take_away/{kind}", PAGE, "clips as a table or as sounds; changes nothing"),
    Open("GET", "/gradio_api/x/run/{name}/layout/{step}", PAGE, "their places"),
    Open("GET", "/gradio_api/x/run/{name}/suspects", PAGE, "clips worth a second hearing"),
    Open("GET", "/gradio_api/x/run/{name}/knowledge", PAGE, "what a run's model knows, as far as it was computed"),
    Open("POST", "/gradio_api/x/run/{name}/knowledge", PAGE, "has it computed, where visitors may do more than look"),
    Open("GET", "/gradio_api/x/run/{name}/neighbours/{step}/{point}", PAGE, "which clips it hears alike"),
    Open(
        "GET",
        "/gradio_api/x/run/{name}/moved/{before}/{after}",
        PAGE,
        "which clips it hears most otherwise than before",
    ),
    Open(
        "GET",
        "/gradio_api/x/run/{name}/export",
        PAGE,
        "a run as a zip, where a visitor had it made; never on a read-only page",
    ),
    Open("GET", "/gradio_api/x/run/{name}/encoder", PAGE, "its encoder as one file, likewise"),
    Open("GET", "/gradio_api/x/run/{name}/encoder-onnx", PAGE, "the same as ONNX, likewise"),
    Open("GET", "/gradio_api/x/run/{name}/lens", PAGE, "of which steps there is a picture of its loss"),
    Open("GET", "/gradio_api/x/run/{name}/lens/{step}", PAGE, "that picture"),
    Open("GET", "/gradio_api/x/run/{name}/measured", PAGE, "its spectra, similarities and ladder of stages"),
)


class OpenRoutes:
    """What of a table is open, where uploads lie in `uploads`."""

    def __init__(self, uploads: Path, table: Iterable[Open] = OPEN):
        self._uploads = os.path.realpath(uploads)
        self._of_method: dict[str, list[Open]] = {}
        for route in table:
            for method in route.methods.split():
                self._of_method.setdefault(method, []).append(route)

    def refusal(self, method: str, path: str, asked: Collection[str]) -> tuple[int, str] | None:
        """Status and sentence for a request that isn't answered; `asked` are the names in its query. None: it is."""
        for route in self._of_method.get(method, ()) if not CONTROL.search(path) else ():
            parts = route.parts(path)
            if parts is None:
                continue
            if any(name in route.without for name in asked):
                break
            if route.only_uploads and not self._is_upload([*parts.values()][-1]):
                return 403, "This file is not given out."
            return None
        return 404, "There is nothing here."

    def _is_upload(self, path: str) -> bool:
        return os.path.isabs(path) and os.path.realpath(path).startswith(self._uploads + os.sep)
