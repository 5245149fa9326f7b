"""What Gradio puts aside lies in the server's own temporary folder, and goes with it.

Gradio (6.31) makes a folder for the history of its editor, which nothing here uses, whenever an application of its routes is
made: below <temporary>/gradio, which it settles when it is imported. That folder belongs to whoever of a machine's users
came first, so another one could not serve a page, and it stayed behind. At an upgrade: look what else of
`gradio.routes` uses DEFAULT_TEMP_DIR.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradio import routes


@contextmanager
def history_in(folder: Path) -> Iterator[None]:
    """Within it an application that is made puts its history into `folder`."""
    names = vars(routes)
    settled = names["DEFAULT_TEMP_DIR"]
    names["DEFAULT_TEMP_DIR"] = str(folder)
    try:
        yield
    finally:
        names["DEFAULT_TEMP_DIR"] = settled
