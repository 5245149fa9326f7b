"""With which settings the run that is looked at was started, those that differ from the defaults first."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart


class RunSettings(BrowserPart):
    """It has no value. Sends `again` to have the form filled with them; the run's name is in gr.EventData as `run`."""

    module = "forms/run_settings.js"
    kind = "part-run-settings"
    triggers = ("again",)
    sends: ClassVar[dict[str, Any]] = {"run": str}

    def __init__(self, value: Any = None, *, read_only: bool = False, **settings: Any):
        super().__init__(value, read_only=read_only, **settings)
