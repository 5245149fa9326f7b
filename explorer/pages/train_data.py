"""Which data to train on: a set by its name, a folder by its path, and one click for a public set that isn't here."""

from typing import Any

import gradio as gr

from explorer.components import Notice, said
from explorer.downloads import Download, Downloads
from explorer.pages.frame import Frame
from explorer.pages.train_form import data_choices, is_to_be_downloaded

QUIET: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
ASK_SECONDS = 0.7


class DataChoice:
    """`choice` is the dropdown; the button below it is shown for a public set that was not downloaded yet."""

    def __init__(self, frame: Frame):
        self._read_only = frame.read_only
        self._downloads = Downloads()
        self.choice = gr.Dropdown(
            label="Data",
            choices=[frame.data],
            value=frame.data,
            allow_custom_value=not frame.read_only,
            info="A set by its name, or the path of a folder of sounds on this machine.",
            elem_id="data",
        )
        self._button = gr.Button("Download this set", visible=False, elem_id="download")
        self._notice = Notice(elem_id="download-notice")

    def wire(self) -> None:
        """Ask for a download and follow it."""
        timer = gr.Timer(ASK_SECONDS, active=False)
        shown = [self._button, self._notice, timer]
        self.choice.change(self._look, self.choice, shown, **QUIET)
        self._button.click(self._begin, self.choice, shown, **QUIET)
        timer.tick(self._look, self.choice, shown, **QUIET)
        timer.tick(self._offered, self.choice, self.choice, **QUIET)

    def _begin(self, name: str | None) -> tuple[Any, ...]:
        if self._read_only or not name or not is_to_be_downloaded(name):
            return self._look(name)
        self._downloads.begin(name)
        return self._look(name)

    def _look(self, name: str | None) -> tuple[Any, ...]:
        """The button, the sentence and whether to ask again, for the set that is chosen."""
        download = self._downloads.known(name or "")
        busy = download is not None and not download.done
        offered = bool(name) and not self._read_only and not busy and is_to_be_downloaded(str(name))
        return gr.Button(visible=offered), _sentence(download, offered), gr.Timer(active=busy)

    def _offered(self, name: str | None) -> Any:
        download = self._downloads.known(name or "")
        return gr.Dropdown(choices=data_choices()) if download is not None and download.done else gr.skip()


def _sentence(download: Download | None, offered: bool) -> dict[str, Any] | None:
    if download is None or (download.done and not download.failed and offered):
        return said("This set is not on this machine yet.") if offered else None
    if download.failed:
        return said(download.text, "bad")
    return said(download.text, "" if download.done else "busy", None if download.done else download.fraction)
