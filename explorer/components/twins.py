"""A broken run beside its healthy twin: what the loss of each sees, and what came of what was foretold."""

from explorer.components.browser_part import BrowserPart


class Twins(BrowserPart):
    """Shows the run that is looked at, if it has a twin; it has no value."""

    module = "twins/result.js"
    kind = "part-twins"
