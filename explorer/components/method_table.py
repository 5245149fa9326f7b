"""All methods beside each other: sorted by any column, filtered, one of them chosen."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.web.incoming import ListOf


class MethodTable(BrowserPart):
    """Value: {"families": [{"name", "about"}], "rows": [row], "data": [{"name", "facet"}], "chosen": name of a method}.

    A row is {"name", "title", "family", "year", "negatives", "needs", "suits", "figures": {data: figures}}, where figures are
    {"knn": [before, after], "probe": [before, after], "suited": [before, after], "beats": words, "speed", "std", "rank"},
    None for what wasn't measured. Sends `select` with gr.SelectData when a method is chosen: `value` is its name, which then
    stands in the component's value as "chosen" and in the page's address.
    """

    module = "forms/methods.js"
    kind = "part-methods"
    accepts: ClassVar[Any] = {"rows": ListOf({}), "chosen": str}
    sends: ClassVar[dict[str, Any]] = {"index": int, "value": str}
