"""A button that opens a dialog: what is to go wrong, what the visitor foretells of it, and the start of both runs."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from training.run.twins import MEASURES


class MakeCollapse(BrowserPart):
    """Value: as `offered`, `weighed` or `begun` makes it.

    Sends `ask` for what can go wrong, `weigh` with {asked, method, wrong, steps} for how long that takes, and `begin` with
    {asked, method, wrong, steps, loss, spread, rank, knn, collapses}. The number `asked` comes back with the answer.
    """

    module = "twins/form.js"
    kind = "part-make-collapse"
    triggers = ("ask", "weigh", "begin")
    sends: ClassVar[dict[str, Any]] = {
        "asked": int,
        "method": str,
        "wrong": str,
        "steps": int,
        "collapses": bool,
        **dict.fromkeys(MEASURES, str),
    }


def offered(method: str, famous: Sequence[Mapping[str, str]], methods: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What can go wrong: `famous` are {method, wrong, title}; `methods` are {name, title, wrongs: [{name, title, does}]}, of
    which `method` is the form's.
    """
    return {"offers": {"method": method, "famous": list(famous), "methods": list(methods)}}


def weighed(asked: int, takes: str) -> dict[str, Any]:
    """How long both runs will take, in a sentence, as was asked with this number."""
    return {"weighed": asked, "takes": takes}


def begun(asked: int, runs: Sequence[str] = (), trouble: str = "") -> dict[str, Any]:
    """What came of the start with this number: the names of the broken run and its twin, or why there are none."""
    return {"asked": asked, "runs": list(runs), "trouble": trouble}
