"""A field for words by which sounds are searched: what is asked stands in the address."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart

Asked = dict[str, Any] | None
"""What a browser says of the words that are asked; see words_of."""


class WordsField(BrowserPart):
    """Value: {"words", "reads": whether the run reads words, "note": why not}. The browser writes the words, which are those of
    its address; with None in their place they are forgotten, since a sound is asked for instead.

    Sends `ask` for new words, and for none in their place; see words_of.
    """

    module = "sound/words.js"
    kind = "part-words"
    triggers = ("ask",)
    accepts: ClassVar[Any] = {"words": str, "reads": bool}


def words_of(value: Asked) -> str:
    """The words that a value asks by; empty for none."""
    return (value or {}).get("words") or ""
