"""What a method's own loss sees, as heatmaps, at the newest snapshot."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class LensPicture(BrowserPart):
    """Shows the run that is looked at; it has no value."""

    def __init__(self, value: Any = None, **settings: Any):
        super().__init__(value, module="lens/lens.js", kind="part-lens", **settings)
