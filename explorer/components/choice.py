"""A choice from a list, which a page that was opened before the server's restart can still make."""

from typing import Any, ClassVar

import gradio as gr

from explorer.web.incoming import Typed


class Choice(gr.Dropdown, Typed):
    """A gr.Dropdown whose handlers are given what was chosen, whether the server remembers having offered it or not.

    Gradio compares it with the choices of the visitor's session, which a new server doesn't know and an old one may have
    forgotten. So each handler looks for itself whether there is what was chosen.
    """

    is_template = True  # in the browser it is a gr.Dropdown
    accepts: ClassVar[Any] = str
    """The shape (see explorer.web.incoming) of what can be chosen."""

    def preprocess(self, payload: Any) -> Any:
        """What was chosen; explorer.gradio_patches.typed_blocks has seen to it that it is a text or a number."""
        return payload
