"""Where a run stands, in one plain line with a progress bar, and buttons for what can be asked of it."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart


class RunState(BrowserPart):
    """Shows the run that is looked at; it has no value. `compact` shows the line alone.

    Sends `pause`, `resume` and `stop`; the run's name is in gr.EventData as `run`.
    """

    sends: ClassVar[dict[str, Any]] = {"run": str}

    def __init__(self, value: Any = None, *, compact: bool = False, **settings: Any):
        super().__init__(
            value,
            module="forms/run_state.js",
            kind="part-state",
            triggers=("pause", "resume", "stop"),
            compact=compact,
            **settings,
        )
