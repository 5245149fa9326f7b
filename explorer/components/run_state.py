"""Where a run stands, in one plain line with a progress bar, and buttons for what can be asked of it."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.web.incoming import NUMBER


class RunState(BrowserPart):
    """Shows the run that is looked at; it has no value. `compact` shows the line alone.

    Sends `pause`, `resume`, `stop` and `longer`; gr.EventData has the run's name as `run`, and how long it is to be trained
    in all as `whole`.
    """

    module = "forms/run_state.js"
    kind = "part-state"
    triggers = ("pause", "resume", "stop", "longer")
    sends: ClassVar[dict[str, Any]] = {"run": str, "whole": NUMBER}

    def __init__(self, value: Any = None, *, compact: bool = False, **settings: Any):
        super().__init__(value, compact=compact, **settings)
