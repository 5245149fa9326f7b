"""What a visitor chose outlives a reload of the page, which Gradio orders by itself when it has lost the server.

It is kept by the browser, for this tab alone. What is written into a form of settings is kept by assets/js/forms/settings.js.
"""

import json

from gradio.components import Component

KEEP = """(...values) => {{
    const names = {names};
    try {{ names.forEach((name, i) => sessionStorage.setItem("hearsight:" + name, JSON.stringify(values[i] ?? null))); }} catch {{}}
}}"""
KEPT = """(...values) => {{
    const names = {names};
    const kept = (name) => {{ try {{ return JSON.parse(sessionStorage.getItem("hearsight:" + name)); }} catch {{ return null; }} }};
    const all = values.map((value, i) => (i < names.length ? kept(names[i]) : null) ?? value);
    return all.length === 1 ? all[0] : all;
}}"""


def keep(*parts: Component) -> str:
    """JavaScript that keeps the values of `parts`, its inputs, by their elem_id."""
    return KEEP.format(names=_names(parts))


def kept(*parts: Component) -> str:
    """JavaScript that puts what was kept in place of its first inputs, `parts`; other inputs pass."""
    return KEPT.format(names=_names(parts))


def _names(parts: tuple[Component, ...]) -> str:
    return json.dumps([part.elem_id for part in parts])
