"""What would be started by the form of a new run, in one line, and the button that opens and closes the form's drawer."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class FormLine(BrowserPart):
    """It has no value: the parts of the form tell it in the browser what they hold."""

    module = "forms/form_line.js"
    kind = "part-form-line"

    def __init__(self, value: Any = None, *, read_only: str = "", **settings: Any):
        """`read_only`: what is told instead, where visitors may start nothing."""
        super().__init__(value, read_only=read_only, **settings)
