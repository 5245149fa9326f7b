"""Which data to train on: a set by its name, a folder by its path, and one click for a public set that isn't here."""

from typing import Any

import gradio as gr

from explorer.components import Choice, DataSummary, Notice, said, summary_of
from explorer.pages.frame import Frame
from explorer.pages.train_drop import DropZone
from explorer.pages.train_form import data_choices, is_to_be_downloaded
from explorer.sounds.downloads import Download
from training.data.dropped import is_dropped
from training.data.names import readable_name

ASK_SECONDS = 0.7
LONGEST_TITLE = 60


class DataChoice:
    """`choice` is the dropdown; below it what is in the data that is chosen, or how far its opening is.

    The button is shown for a public set that was not downloaded yet; files are dropped below.
    """

    def __init__(self, frame: Frame):
        self._frame = frame
        self.choice = Choice(
            label="Data",
            choices=[data_title(frame.data)],
            value=frame.data,
            allow_custom_value=not frame.read_only,
            info=None if frame.read_only else frame.data_hint,
            elem_id="data",
        )
        self._button = gr.Button("Download this set", visible=False, elem_id="download")
        self._notice = Notice(elem_id="data-notice")
        self._summary = DataSummary(elem_id="data-summary")
        self._drop = None if frame.read_only else DropZone(frame)

    def wire(self, opened: Any) -> None:
        """Look at what is chosen as soon as the page was `opened`, and again after each choice; follow what is slow."""
        timer = gr.Timer(ASK_SECONDS, active=False)
        shown = [self._button, self._notice, self._summary, timer]
        quiet = self._frame.quiet
        opened.then(self._look, self.choice, shown, **quiet)
        self.choice.change(self._look_anew, self.choice, shown, **quiet)
        self._button.click(self._begin, self.choice, shown, **quiet)
        timer.tick(self._look, self.choice, shown, **quiet)
        timer.tick(self._after_download, self.choice, self.choice, **quiet)
        if self._drop is not None:
            self._drop.wire(self.choice, self.offered)

    def offered(self, chosen: str) -> gr.Dropdown:
        """Everything that can be chosen, with `chosen` as what is."""
        choices = data_choices()
        names = {name for _, name in choices}
        own = [name for name in (self._frame.data, chosen) if name not in names]
        return gr.Dropdown(choices=[*map(data_title, dict.fromkeys(own)), *choices], value=chosen)

    def _begin(self, name: str | None) -> tuple[Any, ...]:
        name = self._frame.reference(name)
        if not self._frame.read_only and is_to_be_downloaded(name):
            if (refused := self._frame.services.launcher.jobs.disk_refusal()) is not None:
                return _answer(said(refused, "bad"), button=True)
            self._frame.services.downloads.begin(name)
        return self._look(name)

    def _look_anew(self, name: str | None) -> tuple[Any, ...]:
        return self._look(name, anew=True)

    def _look(self, name: str | None, anew: bool = False) -> tuple[Any, ...]:
        """The button, the sentence, the summary and whether to ask again, for the data that is chosen.

        `anew`: a folder of the user's own is looked at once more, as its files may have changed.
        """
        name = self._frame.reference(name)
        if not name or (self._frame.read_only and name not in self._named()):
            return _answer()
        download = self._frame.services.downloads.known(name)
        missing = is_to_be_downloaded(name)
        if missing or (download is not None and not download.done):
            busy = download is not None and not download.done
            return _answer(_sentence(download), button=not busy and not self._frame.read_only, ask=busy)
        opening = self._frame.services.library.open_datasets.open(name, anew=anew and not is_dropped(name))
        if opening.dataset is not None:
            return _answer(summary=summary_of(opening.dataset))
        if opening.error is not None:
            return _answer(said(opening.error, "bad"))
        return _answer(said(opening.text, "busy", opening.fraction), ask=True)

    def _named(self) -> set[str]:
        return {name for _, name in data_choices()} | {self._frame.data}

    def _after_download(self, name: str | None) -> Any:
        download = self._frame.services.downloads.known(self._frame.reference(name))
        done = download is not None and download.done and not download.failed
        return self.offered(str(name)) if done else gr.skip()


def data_title(reference: str) -> tuple[str, str]:
    """(what is shown, reference) of data that has no name of its own."""
    if is_dropped(reference):
        return f"{readable_name(reference.rpartition('/')[2], LONGEST_TITLE)} (dropped here)", reference
    return readable_name(reference, LONGEST_TITLE), reference


def _answer(
    notice: dict[str, Any] | None = None,
    *,
    summary: dict[str, Any] | None = None,
    button: bool = False,
    ask: bool = False,
) -> tuple[Any, ...]:
    return gr.Button(visible=button), notice, summary, gr.Timer(active=ask)


def _sentence(download: Download | None) -> dict[str, Any]:
    if download is None or (download.done and not download.failed):
        return said("This set is not on this machine yet.")
    if download.failed:
        return said(download.text, "bad")
    return said(download.text, "busy", download.fraction)
