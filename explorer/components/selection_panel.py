"""The selected clips: heard in turn, compared with the rest, tagged, and taken away."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class SelectionPanel(BrowserPart):
    """Shows what is selected of the run that is looked at; it has no value."""

    def __init__(self, value: Any = None, **settings: Any):
        super().__init__(value, module="selection/panel.js", kind="part-selection", **settings)
