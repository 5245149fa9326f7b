"""A button that has the chosen run exported, and one sentence below it: how far it is, and then where the zip is."""

from pathlib import Path
from typing import Any

import gradio as gr

from explorer.background.tasks import Task
from explorer.components import Notice, said
from explorer.components.run_choice import run_of
from explorer.pages.frame import Frame
from explorer.runs.points import points
from explorer.web.routes.exports import export_address
from training.errors import UserError

ASK_SECONDS = 0.7
MB = 1_000_000


class ExportButton:
    """Nothing of it is there on a page where visitors may only look."""

    def __init__(self, frame: Frame):
        self._frame = frame
        self._button = gr.Button("Export this run", size="sm", elem_id="export-run", visible=not frame.read_only)
        self._notice = Notice(elem_id="export-notice")

    def wire(self) -> None:
        """Begin by the button, and follow until it is done."""
        timer = gr.Timer(ASK_SECONDS, active=False)
        shown = [self._notice, timer]
        self._button.click(self._begin, self._frame.run, shown, **self._frame.quiet)
        timer.tick(self._follow, self._notice, shown, **self._frame.quiet)

    def _begin(self, looked: dict[str, Any] | None) -> tuple[Any, gr.Timer]:
        name = run_of(looked)
        services = self._frame.services
        run = services.library.run(name or "")
        if services.exports is None or run is None:
            raise gr.Error("There is no run that could be exported here.", print_exception=False)
        if (refused := services.launcher.jobs.disk_refusal()) is not None:
            return said(refused, "bad"), gr.Timer(active=False)
        title = next((row.described for row in services.library.summaries() if row.name == name), run.name)
        try:
            task = services.exports.begin(str(name), run, title, len(points(run)))
        except UserError as error:
            return said(str(error), "bad"), gr.Timer(active=False)
        return standing(task, None), gr.Timer(active=True)

    def _follow(self, shown: dict[str, Any] | None) -> tuple[Any, gr.Timer]:
        exports = self._frame.services.exports
        task = None if exports is None else exports.known((shown or {}).get("reference") or "")
        if exports is None or task is None:
            return None, gr.Timer(active=False)
        return standing(task, exports.zip(task.name)), gr.Timer(active=not task.done)


def standing(task: Task, made: Path | None) -> dict[str, Any]:
    """What the page says of an export, and of the zip that was `made`."""
    about = {"reference": task.name}
    if task.error:
        return about | said(task.error, "bad")
    if not task.done or made is None:
        return about | said(f"Exporting {task.name}. {task.text}", "busy", task.fraction)
    size = f"{made.stat().st_size / MB:.1f} MB" if made.is_file() else "gone"
    link = {"address": export_address(task.name), "words": f"Download the zip ({size})"}
    return about | said(f"{task.name} is exported: a folder that any file host can show.") | {"link": link}
