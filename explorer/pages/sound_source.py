"""Where a visitor takes a sound from: a clip of a data set, a file, the microphone. Used by Listen and Find."""

from pathlib import PurePath
from typing import Any

import gradio as gr

from explorer.components import ClipPicker, Notice, SoundPlayer, said, upload_sound
from explorer.pages.frame import Frame
from explorer.sounds.uploads import LONGEST_SECONDS
from training.data.names import readable_name, sent_name
from training.errors import UserError

RECORDED = "audio.wav"
"""What browsers' recordings are called."""
LONGEST_TITLE = 60
READING = "sound => sound ? {text: 'Reading the sound …', tone: 'busy'} : null"
CHOSEN = """(picked, shown) => {
    const chosen = picked?.chosen;
    return !chosen || (chosen.first && shown?.sound?.upload) ? shown : chosen;
}"""
"""The clip that was picked goes to the player; one that nobody asked for doesn't take the place of a visitor's own."""


class SoundSource:
    """`offer` and `show` place the parts; the value of `player` says which sound is chosen ({"sound", "title", …})."""

    def __init__(
        self, frame: Frame, name: str, *, eager: bool = False, shared: bool = False, offers_chosen: bool = False
    ):
        """`name` begins the ids of the parts; `eager`: whether the first clip of a data set is shown unasked; `shared` and
        `offers_chosen`: as for ClipPicker."""
        self._frame = frame
        self._name = name
        self._picking = {"eager": eager, "shared": shared, "offers_chosen": offers_chosen}

    def offer(self) -> None:
        """Place what a sound is chosen with."""
        self.picker = ClipPicker(**self._picking, elem_id=f"{self._name}-picker")
        self.audio = gr.Audio(
            label=f"Or your own, up to {LONGEST_SECONDS:g} s: drop a file, or record",
            sources=["upload", "microphone"],
            type="filepath",
            format=None,
            editable=False,
            buttons=[],
            elem_id=f"{self._name}-audio",
            elem_classes="sound-drop",
        )
        self.notice = Notice(elem_id=f"{self._name}-notice", sounds_of=f"{self._name}-audio")

    def show(self, empty: str) -> None:
        """Place the player and wire all."""
        self.player = SoundPlayer(empty=empty, elem_id=f"{self._name}-player")
        self.picker.select(None, [self.picker, self.player], self.player, js=CHOSEN)
        self.audio.start_recording(None, None, self.notice, js="() => null")  # what is said is of the sound before
        self.audio.input(None, self.audio, self.notice, js=READING)
        self.audio.input(
            self._take,
            self.audio,
            [self.audio, self.player, self.notice],
            show_progress="hidden",  # Gradio's sign would say "common.complete" to a reader of screens
            concurrency_id="sounds",
            concurrency_limit=4,
            api_visibility="private",
        )

    def _take(self, path: str | None) -> tuple[Any, Any, Any]:
        """A file or a recording becomes the sound shown; what is wrong with it is written below."""
        if path is None:
            return gr.skip(), gr.skip(), gr.skip()
        try:
            upload = self._frame.services.uploads.add_file(path)
        except UserError as error:
            return None, gr.skip(), said(str(error), "bad")
        name = PurePath(path).name
        title = "Your recording" if name == RECORDED else readable_name(sent_name(name), LONGEST_TITLE)
        shown = {"sound": upload_sound(upload.token), "title": title, "subtitle": "kept for less than an hour"}
        notes = "; ".join(upload.notes)
        return None, shown, said(f"{title} can be used, but {notes}." if notes else "")
