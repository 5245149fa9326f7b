"""The choice of the run that is looked at, or of one to compare it with: what is chosen is kept by the page's view."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart

RUN = {"run": str}
"""The shape of the values that tell of a run."""


class RunChoice(BrowserPart):
    """Value, as a handler is given it: {"run": name} of what is looked at; see run_of. A handler that answers `chosen_run`
    has that run looked at.

    `compare`: whether it chooses the second run. Which runs there are the browser asks by itself.
    """

    module = "forms/run_choice.js"
    kind = "part-run-choice"
    accepts: ClassVar[Any] = RUN

    def __init__(self, value: Any = None, *, heading: str = "Run", compare: bool = False, **settings: Any):
        super().__init__(value, heading=heading, compare=compare, **settings)


Looked = dict[str, Any] | None
"""What a browser says of the run that is looked at; see run_of."""


def run_of(value: Looked) -> str | None:
    """The name of the run that a value tells of."""
    return (value or {}).get("run") or None


def chosen_run(name: str | None) -> dict[str, Any]:
    """The answer that has a run looked at; with None, none."""
    return {"run": name or ""}
