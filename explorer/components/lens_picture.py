"""What a method's own loss sees, as heatmaps, at the newest snapshot."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class LensPicture(BrowserPart):
    """Shows the run that is looked at; it has no value. Without a `timeline` of its own it goes with the page's."""

    def __init__(self, value: Any = None, *, timeline: bool = True, **settings: Any):
        super().__init__(value, module="lens/lens.js", kind="part-lens", timeline=timeline, **settings)
