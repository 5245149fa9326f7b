"""Clips that are worth a second hearing, each with its reason and what to hear beside it."""

from explorer.components.browser_part import BrowserPart


class Suspects(BrowserPart):
    """Shows those of the run that is looked at; it has no value."""

    module = "suspects/list.js"
    kind = "part-suspects"
