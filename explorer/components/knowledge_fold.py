"""What a run's model knows: of each label, of what should not matter, and what it ignores."""

from explorer.components.browser_part import BrowserPart


class KnowledgeFold(BrowserPart):
    """Shows the run that is looked at, folded; it has no value."""

    module = "knowledge/fold.js"
    kind = "part-knowledge"
