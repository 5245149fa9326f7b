"""What a method's own loss sees, as heatmaps, at one snapshot."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class LensPicture(BrowserPart):
    """Shows the run that is looked at, at the step of the page's timeline; it has no value."""

    module = "lens/lens.js"
    kind = "part-lens"

    def __init__(self, value: Any = None, **settings: Any):
        super().__init__(value, timeline=False, **settings)
