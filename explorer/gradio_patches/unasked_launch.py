"""A page is served without Gradio asking for it first.

Gradio (6.31) gives its own first page three seconds to be drawn and ends the server where a busy machine takes longer;
`_frontend=False` leaves out that look and nothing else. At an upgrade: look whether `launch` still has the parameter, and
what else it decides.
"""

from typing import Any

import gradio as gr


def launch(page: gr.Blocks, **launched: Any) -> None:
    """Serve `page` in the background; the rest as for gr.Blocks.launch, which says what may be raised."""
    page.launch(prevent_thread_lock=True, _frontend=False, **launched)
