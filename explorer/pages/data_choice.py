"""Which data: a set by its name, a folder by its path, and one click for a public set that isn't here. Used by Listen and Train."""

import json
import os
from collections.abc import Callable, Collection
from itertools import islice
from typing import Any

import gradio as gr
from gradio.components import Component

from explorer.components import Choice, Notice, said
from explorer.pages.data_words import data_title, named_instead, titled
from explorer.pages.frame import ASK_SECONDS, Frame
from explorer.pages.kept import TYPED, choose, typed_before
from explorer.runs.points import points
from explorer.sounds.downloads import Download
from explorer.web.incoming import ListOf
from explorer.web.incoming import typed as typed_as
from training.data import check_there
from training.data.dataset import Dataset
from training.data.dropped import is_dropped
from training.data.names import readable_name
from training.data.stream import is_stream, sampled_of
from training.errors import UserError

OF_RUNS = 8
"""So many folders and streams of the newest runs are offered again."""
CLOSED = "{} can't be opened here: a set by its name, or sounds dropped on the page, were expected; no {} may be named."
LONGEST_TOLD = 80
HERE = {"ready": "", "to be made": " (made on first use)", "to be downloaded": " (not downloaded yet)"}


class DataChoice:
    """`choice` is the dropdown; below it one sentence of how far the opening is, and then what `shown_in` shows of it.

    The button is shown for a public set that was not downloaded yet.
    """

    def __init__(self, frame: Frame, name: str = "data", label: str = "Data"):
        """`name` begins the ids of the parts."""
        self._frame = frame
        self.choice = Choice(
            label=label,
            choices=[data_title(frame.data)],
            value=frame.data,
            allow_custom_value=not frame.read_only,
            info=None if frame.read_only else frame.data_hint,
            elem_id=name,
        )
        self.passed = gr.Checkbox(False, visible=False)
        """For handlers alone: whether the field was only passed through."""
        self.typed = gr.Textbox("[]", visible=False)
        """For handlers alone: the paths that this browser chose before, as JSON."""
        self._button = gr.Button("Download this set", visible=False, elem_id=f"{name}-download")
        self._notice = Notice(elem_id=f"{name}-notice")

    def shown_in(
        self,
        part: Component,
        describe: Callable[[Dataset], Any],
        describe_unopened: Callable[[str], Any] = lambda name: None,
    ) -> None:
        """`part`, placed wherever the page wants it, gets `describe` of the data that is open, `describe_unopened` of
        the name of data that is being opened, or None.
        """
        self._part, self._describe, self._describe_unopened = part, describe, describe_unopened

    def wire(self) -> None:
        """Look at what the visitor chooses, whose folder may have changed since; follow what is slow."""
        self._timer = gr.Timer(ASK_SECONDS, active=False)
        quiet = self._frame.quiet
        js = choose(self.choice, self._frame.data)
        again = self._frame.once_more
        self.choice.input(self._look_anew, [self.choice, self.passed], self.shown, js=js, **again)
        self._button.click(self._begin, self.choice, self.shown, **quiet)
        self._timer.tick(self.look, self.choice, self.shown, **quiet)
        given = [self.choice, self.typed]
        self._timer.tick(self._after_download, given, self.choice, js=typed_before(), **quiet)

    def look_after(self, event: Any) -> None:
        """Look at what is chosen once `event` was answered, which may have chosen it."""
        event.then(self.look, self.choice, self.shown, **self._frame.quiet)

    @property
    def shown(self) -> list[Any]:
        """The parts that `look` changes."""
        return [self._button, self._notice, self._part, self._timer]

    def offered(self, chosen: str, typed: str = "[]") -> gr.Dropdown:
        """Everything that can be chosen, with `chosen` as what is. `typed`: the paths chosen before, as the browser says."""
        choices = data_choices()
        names = {name for _, name in choices}
        before = (*self._typed_before(typed), *self._trained_on(names))
        own = [name for name in (self._frame.data, chosen, *before) if name not in names]
        return gr.Dropdown(choices=[*titled(list(dict.fromkeys(own))), *choices], value=chosen)

    def of_run(self, name: str | None) -> str:
        """The data of a run where visitors may name it and it is open or being opened; else what is offered first."""
        run = self._frame.services.library.run(name or "")
        reference = "" if run is None else points(run).reference
        if run is None or not self._may_be_named(reference):
            return self._frame.data
        sounds = self._frame.services.library.sounds(run)
        return reference if sounds.dataset is not None or sounds.opening else self._frame.data

    def _begin(self, name: str | None) -> tuple[Any, ...]:
        name = self._frame.reference(name)
        if not self._frame.read_only and is_to_be_downloaded(name):
            if (refused := self._frame.services.launcher.quotas.disk_refusal()) is not None:
                return _answer(said(refused, "bad"), button=True)
            self._frame.services.downloads.begin(name)
        return self.look(name)

    def _typed_before(self, typed: str) -> list[str]:
        """Those of a browser's paths that this page would open."""
        try:
            found = typed_as(ListOf(str), json.loads(typed))
        except (ValueError, RecursionError):
            return []
        own = [] if self._frame.read_only else [path for path in found[:TYPED] if self._frame.reference(path) == path]
        return [path for path in own if not is_dropped(path) or is_there(path)]

    def _trained_on(self, named: Collection[str]) -> list[str]:
        """What the newest runs were trained on, as far as it is still there and is none of those `named`.

        Nothing where visitors may name no folder: neither paths of this machine nor what others dropped are told to them.
        """
        if self._frame.read_only or not self._frame.paths:
            return []
        references = self._frame.services.library.references()
        own = (name for name in references if name not in named and self._frame.reference(name) == name)
        return list(islice(filter(is_there, own), OF_RUNS))

    def _look_anew(self, name: str | None, passed: bool) -> tuple[Any, ...]:
        return (gr.skip(),) * len(self.shown) if passed else self.look(name, anew=True)

    def look(self, name: str | None, anew: bool = False) -> tuple[Any, ...]:
        """What `shown` shows for the data that is chosen: the button, the sentence, the part, and whether to ask again.

        `anew`: a folder of the user's own is looked at once more, as its files may have changed.
        """
        typed, name = (name or "").strip(), self._frame.reference(name)
        if not self._may_be_named(name):
            closed = typed and not name and not self._frame.read_only
            found = "stream" if is_stream(typed) else "folder of this machine"
            return _answer(said(CLOSED.format(readable_name(typed, LONGEST_TOLD), found), "bad") if closed else None)
        download = self._frame.services.downloads.known(name)
        missing = is_to_be_downloaded(name)
        if missing or (download is not None and not download.done):
            busy = download is not None and not download.done
            return _answer(_sentence(name, download), button=not busy and not self._frame.read_only, ask=busy)
        opening = self._frame.services.library.open_datasets.open(name, anew=anew and not is_dropped(name))
        if opening.dataset is not None:
            return _answer(self._remark(name, opening.dataset), part=self._describe(opening.dataset))
        if opening.error is not None:
            return _answer(said(opening.error, "bad"))
        return _answer(
            said(opening.text, "busy", opening.fraction), part=self._describe_unopened(data_title(name)[0]), ask=True
        )

    def _remark(self, name: str, dataset: Dataset) -> dict[str, Any] | None:
        """What is to be known of data that is open, if anything is."""
        if is_stream(name):
            return said(sampled_of(name, len(dataset)))
        instead = (
            named_instead(self._frame, [skipped.reason for skipped in dataset.skipped]) if is_dropped(name) else ""
        )
        return said(instead) if instead else None

    def _may_be_named(self, name: str) -> bool:
        """Whether visitors may have the sounds of this reference opened."""
        if self._frame.read_only and name not in {self._frame.data, *(known for _, known in data_choices())}:
            return False
        return bool(name) and self._frame.reference(name) == name

    def _after_download(self, name: str | None, typed: str) -> Any:
        download = self._frame.services.downloads.known(self._frame.reference(name))
        done = download is not None and download.done and not download.failed
        return self.offered(str(name), typed) if done else gr.skip()


def data_choices() -> list[tuple[str, str]]:
    """(title, name) of every data set that can be opened without a path."""
    from training.data import list_datasets

    return [(f"{row.title}{HERE[row.state]}", row.name) for row in list_datasets()]


def is_there(reference: str) -> bool:
    """Whether something lies behind `reference`, as far as that is known without opening it."""
    try:
        check_there(reference)
    except UserError:
        return False
    return bool(reference)


def is_to_be_downloaded(name: str) -> bool:
    """Whether `name` is a public set that was not fetched yet."""
    from training.data.public import folder_of, is_public

    try:
        return is_public(name) and not os.path.isdir(folder_of(name))
    except UserError:  # no set can be called so, as its opening will say
        return False


def _answer(
    notice: dict[str, Any] | None = None,
    *,
    part: Any = None,
    button: bool = False,
    ask: bool = False,
) -> tuple[Any, ...]:
    return gr.Button(visible=button), notice, part, gr.Timer(active=ask)


def _sentence(name: str, download: Download | None) -> dict[str, Any]:
    if download is None or (download.done and not download.failed):
        from training.data.public import PUBLIC_SETS

        known = PUBLIC_SETS.get(name)
        about = f": {known.size} to be downloaded, licence {known.licence}" if known else ""
        return said(f"This set is not on this machine yet{about}.")
    if download.failed:
        return said(download.text, "bad")
    return said(download.text, "busy", download.fraction)
