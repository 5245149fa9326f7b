"""Clips that are worth a second hearing, each with its reason and what to hear beside it."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class Suspects(BrowserPart):
    """Shows those of the run that is looked at; it has no value."""

    def __init__(self, value: Any = None, **settings: Any):
        super().__init__(value, module="suspects/list.js", kind="part-suspects", **settings)
