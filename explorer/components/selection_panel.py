"""The selected clips: heard in turn, compared with the rest, tagged, and taken away."""

from explorer.components.browser_part import BrowserPart


class SelectionPanel(BrowserPart):
    """Shows what is selected of the run that is looked at; it has no value."""

    module = "selection/panel.js"
    kind = "part-selection"
