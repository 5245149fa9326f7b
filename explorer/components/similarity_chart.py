"""How alike two sounds are to the model, over a run's snapshots."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class SimilarityChart(BrowserPart):
    """Value: {"rows": [{"step", "cosine", "percentile", "low", "median", "high"}], "text": str, "tone": str}.

    "low" and "high" hold 90 % of random pairs of clips between them; "text" is the verdict in words.
    """

    module = "charts/similarity.js"
    kind = "part-similarity"

    def __init__(self, value: Any = None, *, empty: str = "Nothing is compared yet.", **settings: Any):
        super().__init__(value, empty=empty, **settings)
