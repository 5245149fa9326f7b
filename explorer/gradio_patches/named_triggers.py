"""The events of a gr.HTML are those that it names, and no others.

Gradio (6.31) takes every quoted name in the script of a gr.HTML for an event, names of settings too. Their listeners would
stand in the page's configuration and be copied, with the whole page behind them, for every visitor. At an upgrade: look
whether `gr.HTML.__getattr__` still makes an event of each quoted name.
"""

from typing import Any, ClassVar


class NamedTriggers:
    """Comes before gr.HTML among the bases of a class."""

    triggers: ClassVar[tuple[str, ...]] = ()
    """Events beyond Gradio's own."""

    def __getattr__(self, name: str) -> Any:
        """The event that is called `name`, where it is one of the triggers."""
        if name in self.triggers:
            return super().__getattr__(name)  # type: ignore[misc]  # gr.HTML's
        raise AttributeError(f"A {type(self).__name__} has no {name}.", name=name, obj=self)
