"""A button that has the chosen run exported, and one sentence below it: how far it is, and then where the zip is."""

from typing import Any

import gradio as gr

from explorer.components import Notice, said
from explorer.components.run_choice import run_of
from explorer.jobs.exports import Export
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
            export = services.exports.begin(str(name), run, title, len(points(run)))
        except UserError as error:
            return said(str(error), "bad"), gr.Timer(active=False)
        return standing(export), gr.Timer(active=True)

    def _follow(self, shown: dict[str, Any] | None) -> tuple[Any, gr.Timer]:
        exports = self._frame.services.exports
        export = None if exports is None else exports.known((shown or {}).get("reference") or "")
        if export is None:
            return None, gr.Timer(active=False)
        return standing(export), gr.Timer(active=not export.done)


def standing(export: Export) -> dict[str, Any]:
    """What the page says of an export."""
    if export.error is not None:
        return {**said(export.error, "bad"), "reference": export.name}
    if export.zip is None:
        return {**said(f"Exporting {export.name}. {export.text}", "busy", export.fraction), "reference": export.name}
    size = f"{export.zip.stat().st_size / MB:.1f} MB" if export.zip.is_file() else "gone"
    link = {"address": export_address(export.name), "words": f"Download the zip ({size})"}
    return {**said(f"{export.name} is exported: a folder that any file host can show."), "link": link} | {
        "reference": export.name
    }
