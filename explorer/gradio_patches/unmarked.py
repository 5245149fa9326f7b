"""What events mark as waiting, so that nothing else need be marked.

At each word of an event Gradio (6.31) copies, in the browser, all that every event so far was to change, to mark it as
waiting, even where nobody is shown the mark; so events mark this instead. At an upgrade: look whether `show_progress_on`
still takes a component, and whether a gr.State's configuration still names a function by its place in memory.
"""

from typing import Any

import gradio as gr


class Unmarked(gr.State):
    """Holds nothing; `show_progress_on` of most events."""

    is_template = True  # in the browser it is a gr.State

    def get_config(self, cls: type[Any] | None = None) -> dict[str, Any]:
        """Without the function that Gradio would name to every visitor, by its place in memory."""
        config: dict[str, Any] = dict(super().get_config())
        del config["delete_callback"]
        return config
