"""A list of sounds: a small spectrogram to press, a label, a score, and a button that searches from the row."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class ClipList(BrowserPart):
    """Value: {"rows": [{"sound", "label", "note", "score", "rank", "agrees"}], "empty": str}, or {"waiting": n} for n grey rows.

    A row's "sound" is an address as for SoundPlayer (None: cannot be heard); "score" is a cosine, drawn as a bar;
    "clip" is its number in the data of the run, "agrees" whether it has the label of the sound it is near to,
    "same_file" whether it is of that sound's file. Ten rows are shown, and more when they are asked for; with `threshold` a slider
    leaves out those that are less alike, and a switch those of the same file; with `in_turn` a
    button plays all that are shown, one after the other, and another one selects them. With `action` each row that has one
    has a button of that meaning, which chooses the clip, everywhere on the page.
    """

    module = "sound/clips.js"
    kind = "part-clips"

    def __init__(
        self,
        value: Any = None,
        *,
        empty: str = "Nothing to list yet.",
        action: str = "",
        threshold: bool = False,
        in_turn: bool = False,
        **settings: Any,
    ):
        own: dict[str, Any] = {"empty": empty, "action": action, "threshold": threshold, "in_turn": in_turn}
        super().__init__(value, **own, **settings)
