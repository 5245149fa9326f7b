"""A list of sounds: a small spectrogram to press, a label, a score, and a button that searches from the row."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.web.incoming import SOUND_ROW


class ClipList(BrowserPart):
    """Value: {"rows": [{"sound", "label", "note", "score", "rank"}], "empty": str}, or {"waiting": n} for n grey rows.

    A row's "sound" is an address as for SoundPlayer (None: cannot be heard); "score" is a cosine, drawn as a bar;
    a row may carry more, such as "clip". With `action` each row has a button of that meaning; pressing it sends
    `select` with gr.SelectData: `index` is the row's number, `value` the row itself.
    """

    sends: ClassVar[dict[str, Any]] = {"index": int, "value": SOUND_ROW}

    def __init__(self, value: Any = None, *, empty: str = "Nothing to list yet.", action: str = "", **settings: Any):
        super().__init__(value, module="sound/clips.js", kind="part-clips", empty=empty, action=action, **settings)
