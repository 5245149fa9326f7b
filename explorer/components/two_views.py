"""The two views that the run that is looked at makes of the chosen clip, and any two views that a page asks for."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class TwoViews(BrowserPart):
    """For a column of 380 px: the views of the page's clip by the run's own settings. It needs no value: what is looked at
    says all.
    """

    module = "sound/two_views.js"
    kind = "part-pair"


class AskedViews(BrowserPart):
    """Value: {"sound", "domain", "filled", "seed", "data"}, or None: the sound as SoundPlayer has it, "mel" or "waveform", the
    form's {group: {setting: value}}, and the fingerprint of the data that is mixed in where the sound is no clip.
    """

    module = "sound/listen_views.js"
    kind = "part-pair"

    def __init__(self, value: Any = None, *, empty: str = "", **settings: Any):
        super().__init__(value, empty=empty, **settings)
