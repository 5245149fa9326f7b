"""The application of Gradio's routes is made once, when the page is served.

Gradio (6.31) makes one of some ninety routes, a tenth of a second each, when a gr.Blocks begins its queue, when its context
ends, when `queue` is called, and again in `launch`, which is the only one that serves. At an upgrade: look whether
`gr.Blocks.launch` still makes its own, and whether anything before it asks for `app`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gradio.routes import App


@contextmanager
def no_apps() -> Iterator[None]:
    """Within it a page gets no application; for one thread, which builds a page and doesn't serve it."""
    made: Any = vars(App)["create_app"]
    App.create_app = staticmethod(lambda *_, **__: None)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        App.create_app = made  # type: ignore[method-assign]
