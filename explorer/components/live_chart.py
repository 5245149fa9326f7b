"""Live curves of a run, and of a second one to compare it with."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class LiveChart(BrowserPart):
    """Shows the run that is looked at, and the one to compare it with, in one narrow column; it has no value.

    A few curves lead and the rest folds; any opens large.
    """

    module = "charts/charts.js"
    kind = "part-charts"

    def __init__(self, value: Any = None, **settings: Any):
        super().__init__(value, small=True, **settings)
