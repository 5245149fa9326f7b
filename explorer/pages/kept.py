"""JavaScript for events, by which what a visitor chose outlives a reload of the page: see assets/js/forms/kept_choices.js."""

from gradio.components import Component

from explorer.pages.frame import in_browser

TYPED = 12
"""So many of the visitor's own references are offered again, the last first."""


def keep(*parts: Component) -> str:
    """Keeps the values of `parts`, its inputs, by their elem_id."""
    return in_browser("keep", _names(parts))


def kept(*parts: Component) -> str:
    """Puts what was kept in place of its first inputs, `parts`; other inputs pass, and so does one that was never kept."""
    return in_browser("kept", _names(parts))


def typed_before(*parts: Component, or_none: bool = False) -> str:
    """As `kept`, and puts the paths that were typed, as JSON, into the last input. With `or_none` what was never kept is none."""
    return in_browser("typedBefore", _names(parts), or_none)


def keep_data(part: Component) -> str:
    """Keeps what is chosen in a choice of data: for this tab, and a path for this browser too."""
    return in_browser("keepData", part.elem_id, TYPED)


def choose(part: Component, first: str) -> str:
    """For a choice of data that begins with `first`: keeps what is chosen, and adds to its input whether the field was only
    passed through, unchanged.
    """
    return in_browser("chooseData", part.elem_id, TYPED, first)


def _names(parts: tuple[Component, ...]) -> list[str | None]:
    return [part.elem_id for part in parts]
