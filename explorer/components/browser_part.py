"""What our own components share: a static template, and a JavaScript module that brings it to life in the browser.

A component's value is a small JSON object that says what to look at (a run's name, a sound's address); its module
fetches the bulk by the byte routes. Nothing that a user wrote is ever put into a template: the modules write labels
with textContent.
"""

import inspect
import json
from typing import Any, ClassVar

import gradio as gr

from explorer.gradio_patches.named_triggers import NamedTriggers
from explorer.web.assets import asset_url
from explorer.web.incoming import Typed

PAGE_SCRIPT = "js/core/page.js"
"""The page's own script, which every part needs."""
OF_GRADIO = frozenset(inspect.signature(gr.HTML.__init__).parameters)


class BrowserPart(NamedTriggers, gr.HTML, Typed):
    """A gr.HTML whose whole behaviour lies in a module of assets/js, which exports `mount(element, part)`."""

    module: ClassVar[str]
    """Its path below assets/js."""
    kind: ClassVar[str]
    """The CSS class of its root. Events beyond Gradio's own that the module sends are `triggers`."""

    def __init__(self, value: Any = None, **settings: Any):
        """`settings` that are none of Gradio's are the module's."""
        own = {name: value for name, value in settings.items() if name not in OF_GRADIO}
        super().__init__(
            value,
            html_template=f'<div class="part {self.kind}"></div>',
            js_on_load=_mounting(f"js/{self.module}", self.triggers, own),
            apply_default_css=False,
            **settings,
        )

    def api_info(self) -> dict[str, Any]:
        """Values are JSON objects."""
        return {"type": "object"}


def _mounting(module: str, triggers: tuple[str, ...], own: dict[str, Any]) -> str:
    names = ", ".join(f"'{name}'" for name in triggers)  # Gradio offers the events whose quoted names stand here
    return f"""
const triggers = [{names}];
// Gradio loses a part's own settings when its value is sent before its tab was opened for the first time.
for (const [name, value] of Object.entries({json.dumps(own)})) props[name] ??= value;
const part = {{props, trigger, watch, upload, triggers}};
const root = element.querySelector('.part');
// A part reads from the page's source, so the page's own script goes first.
const script = address => import(new URL(address, document.baseURI).href);
script('{asset_url(PAGE_SCRIPT)}').then(() => script('{asset_url(module)}'))
  .then(m => m.mount(root, part))
  .catch(error => {{
    console.error(error);
    root.textContent = 'This part of the page could not be loaded. Reload the page.';
  }});
"""
