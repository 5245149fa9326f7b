"""What a newcomer is shown first: the example learns once more, with three captions, and then three ways on."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class FirstMinute(BrowserPart):
    """It has no value; where somebody has been here before, or was sent to something, it shows nothing.

    `own`: what the sounds are called that the server was started with, which are offered before the example is looked at.
    """

    module = "live/first_minute.js"
    kind = "part-first-minute"

    def __init__(self, value: Any = None, *, read_only: bool = False, own: str = "", **settings: Any):
        settings |= {"read_only": read_only, "own": own}
        super().__init__(value, **settings)
