"""All methods beside each other: sorted by any column, filtered, one of them chosen."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class MethodTable(BrowserPart):
    """Value: {"families": [name], "rows": [row], "data": [{"name", "facet"}], "chosen": name of a method}.

    A row is {"name", "title", "family", "year", "negatives", "needs", "suits", "figures": {data: figures}}, where
    figures are {"knn": [before, after], "probe": [before, after], "suited": [before, after], "beats": words, "speed",
    "std", "rank"}, None for what wasn't measured. Sends `select` with gr.SelectData when a method is chosen: `value` is its name, which then stands in the
    component's value as "chosen" and in the page's address.
    """

    def __init__(self, value: Any = None, **settings: Any):
        super().__init__(value, module="methods.js", kind="part-methods", **settings)
