"""Sounds of the visitor's own, dropped on the page: kept as a folder, opened in the background, then chosen as data."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr

from explorer.components import Notice, said
from explorer.pages.data_choice import DataChoice
from explorer.pages.data_words import named_instead
from explorer.pages.frame import ASK_SECONDS, READ_ONLY, Frame
from explorer.pages.kept import keep_data, typed_before
from explorer.sounds.uploads import received
from training.data.dropped import forget_dropped, is_dropped, keep_dropped
from training.data.progress import quiet
from training.errors import UserError

KEEPING = "() => ({text: 'Keeping what was sent …', tone: 'busy'})"


class DropZone:
    """Where files are dropped, and one sentence below it. The sentence's value remembers what is being opened."""

    def __init__(self, frame: Frame):
        self._frame = frame
        self._zone = gr.File(
            label="Or your own: a folder, sound files or one zip",
            file_count="multiple",
            type="filepath",
            height=130,
            elem_id="drop",
            elem_classes="sound-drop",
        )
        self._notice = Notice(elem_id="drop-notice")

    def wire(self, data: DataChoice) -> Any:
        """What was dropped is chosen in `data` once it is open.

        The event that is returned happens after each look at how far the opening is.
        """
        timer = gr.Timer(ASK_SECONDS, active=False)
        taken: dict[str, Any] = {"concurrency_id": "drops", "concurrency_limit": 2, "api_visibility": "private"}
        shown = [self._zone, self._notice, timer]
        self._zone.upload(None, None, self._notice, js=KEEPING)
        self._zone.upload(self._keep, self._zone, shown, show_progress="hidden", **taken)  # see SoundSource

        follow, changed = partial(self._looked, offered=data.offered), [self._notice, data.choice, timer]
        followed = timer.tick(follow, [self._notice, data.typed], changed, js=typed_before(), **self._frame.quiet)
        followed.then(None, data.choice, None, js=keep_data(data.choice))
        return followed

    def _keep(self, paths: Sequence[str] | None) -> tuple[Any, ...]:
        """Copy what arrived, and begin to open it. The zone is emptied for the next."""
        try:
            if self._frame.read_only:
                raise UserError(READ_ONLY)
            self._frame.services.launcher.quotas.check_disk()
            sent = [received(path) for path in paths or ()]
            folder = str(
                keep_dropped(
                    sent,
                    quiet,
                    in_use=self._frame.services.library.references(),
                    quota_bytes=self._frame.services.launcher.quotas.dropped_bytes,
                )
            )
        except UserError as error:
            return None, said(str(error), "bad"), gr.Timer(active=False)
        opening = self._frame.services.library.open_datasets.open(folder, anew=True)
        return None, {**said(opening.text, "busy", 0.0), "reference": folder}, gr.Timer(active=True)

    def _looked(self, notice: Any, typed: str, offered: Callable[[str, str], gr.Dropdown]) -> tuple[Any, ...]:
        """What a look changes: the notice, the choice of data, whether to look again."""
        if not isinstance(notice, dict) or "reference" not in notice:
            # It began before the last one had ended, and is not to give up what was dropped meanwhile.
            return gr.skip(), gr.skip(), gr.skip()
        said_now, reference, going_on = self._follow(notice)
        return said_now, offered(reference, typed) if reference else gr.skip(), gr.Timer(active=going_on)

    def _follow(self, notice: Any) -> tuple[dict[str, Any] | None, str | None, bool]:
        """What is said now, the folder once it is open, and whether to ask again."""
        reference = notice.get("reference") if isinstance(notice, dict) else None
        if not isinstance(reference, str) or self._frame.read_only or not is_dropped(reference):
            return None, None, False
        opening = self._frame.services.library.open_datasets.known(reference)
        if opening is None:
            return None, None, False
        if opening.error is not None:
            forget_dropped(reference)
            instead = named_instead(self._frame, [opening.error])
            return said(f"{opening.error} {instead}".strip(), "bad"), None, False
        if opening.dataset is not None:
            return None, reference, False
        return {**said(opening.text, "busy", opening.fraction), "reference": reference}, None, True
