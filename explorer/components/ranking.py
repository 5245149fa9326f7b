"""Recordings ranked by how unusual they are: a list in which each can be heard, and the same as a table."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class RankingList(BrowserPart):
    """Value: {"run": by which they are ranked, "text": what came of it, "rows": as those of a ClipList, "table": the text of a CSV
    file, "name": what that is called}, or None. It is shown while that run is looked at.
    """

    module = "sound/ranking.js"
    kind = "part-ranking"

    def __init__(self, value: Any = None, *, empty: str = "Nothing is ranked yet.", **settings: Any):
        super().__init__(value, empty=empty, **settings)
