"""A button that opens the table of all runs, in which they are compared, named, starred and deleted."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.web.incoming import ListOf


class RunTable(BrowserPart):
    """Value: as `answered` makes it. Which runs there are the browser asks by itself.

    Sends `star` with {run, starred}, `rename` with {run, name} and `remove` with {runs}, each with a number `asked`, which
    comes back with the answer. `read_only`: whether nothing can be changed.
    """

    module = "runs/table.js"
    kind = "part-runs"
    triggers = ("star", "rename", "remove")
    sends: ClassVar[dict[str, Any]] = {
        "asked": int, "run": str, "name": str, "starred": bool, "runs": ListOf(str),
    }  # fmt: skip

    def __init__(self, value: Any = None, *, read_only: bool = False, **settings: Any):
        super().__init__(value, read_only=read_only, **settings)


def answered(asked: int, trouble: str = "") -> dict[str, Any]:
    """What came of the question with this number; `trouble`: why it was not done, or not all of it, as text."""
    return {"asked": asked, "trouble": trouble}
