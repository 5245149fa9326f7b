"""What a newcomer is shown first: the example learns once more, with three captions, and then three ways on."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class FirstMinute(BrowserPart):
    """It has no value; where somebody has been here before, or was sent to something, it shows nothing."""

    def __init__(self, value: Any = None, *, read_only: bool = False, **settings: Any):
        super().__init__(
            value, module="live/first_minute.js", kind="part-first-minute", read_only=read_only, **settings
        )
