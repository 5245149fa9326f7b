"""Tells the server of the run that is chosen once the tab that needs it is looked at: another tab's work can wait till then."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class RunInView(BrowserPart):
    """Value: {"run": name}. Sends `seen` whenever another run than the last one told is chosen while the part's tab is open."""

    def __init__(self, value: Any = None, **settings: Any):
        super().__init__(value, module="core/run_in_view.js", kind="part-run-in-view", triggers=("seen",), **settings)
