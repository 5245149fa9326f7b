"""Tells the server of the run that is looked at once the tab that needs it is open: another tab's work can wait till then."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.components.run_choice import RUN


class InView(BrowserPart):
    """Value: {"run": name}, which the browser writes. Sends `seen` for each run that is looked at while the part's tab is
    open; see run_of.
    """

    module = "core/in_view.js"
    kind = "part-in-view"
    triggers = ("seen",)
    accepts: ClassVar[Any] = RUN
