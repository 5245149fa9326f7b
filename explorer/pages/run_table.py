"""The table of runs in the page's head: what its buttons do."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from explorer.components import RunTable, answered
from explorer.pages.frame import READ_ONLY, Frame
from explorer.runs.library import Library
from explorer.runs.marks import Marks
from training.errors import UserError
from training.run import RunFolder

MOST_DELETED = 200
"""At once."""


def wire(frame: Frame, table: RunTable) -> None:
    """Names and stars go into the page's own file; runs are deleted where nobody trains them."""
    library, marks, launcher = frame.services.library, Marks(), frame.services.launcher

    def answering(change: Callable[[gr.EventData], None]) -> Callable[[gr.EventData], dict[str, Any]]:
        """A handler that makes `change`, and answers why it was not made where it wasn't."""

        def answer(event: gr.EventData) -> dict[str, Any]:
            asked = event.asked or 0
            if frame.read_only:
                return answered(asked, READ_ONLY)
            try:
                change(event)
            except UserError as error:
                return answered(asked, str(error))
            return answered(asked)

        return answer

    def star(event: gr.EventData) -> None:
        marks.star(_named(library, event), bool(event.starred))

    def rename(event: gr.EventData) -> None:
        marks.rename(_named(library, event), event.name or "")

    def remove(event: gr.EventData) -> None:
        delete_all(library, launcher.delete, (event.runs or [])[:MOST_DELETED])

    table.star(answering(star), None, table, **frame.each)
    table.rename(answering(rename), None, table, **frame.each)
    table.remove(answering(remove), None, table, **frame.each)


def delete_all(library: Library, delete: Callable[[str], None], names: Sequence[str]) -> None:
    """Each of these runs that may be. Raises UserError with one sentence for each that may not, once the others are gone."""
    refused = []
    for name in names:
        try:
            if library.run(name) is not None and library.read_only(name):
                raise UserError(f"The run {name} can only be looked at here.")
            delete(name)
        except UserError as error:
            refused.append(str(error))
    if refused:
        raise UserError(" ".join(dict.fromkeys(refused)))


def _named(library: Library, event: gr.EventData) -> RunFolder:
    run = library.run(event.run or "")
    if run is None:
        raise UserError("There is no such run.")
    return run
