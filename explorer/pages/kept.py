"""What a visitor chose outlives a reload of the page, which Gradio orders by itself when it has lost the server.

It is kept by the browser, for this tab alone. What is written into a form of settings is kept by assets/js/forms/kept_form.js.
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
    const all = values.map((value, i) => (i < names.length ? kept(names[i]) ?? {otherwise} : value));
    return all.length === 1 ? all[0] : all;
}}"""


TYPED = 12
"""So many of the visitor's own references are offered again, the last first."""
KEEP_DATA = """(chosen) => {{
    const read = (name) => {{ try {{ return JSON.parse(localStorage.getItem("hearsight:" + name)); }} catch {{ return null; }} }};
    const write = (store, name, value) => {{ try {{ store.setItem("hearsight:" + name, JSON.stringify(value)); }} catch {{}} }};
    write(sessionStorage, {id}, chosen);
    const before = (read("data") ?? []).filter((other) => other !== chosen);
    if (typeof chosen === "string" && /[\\\\/]/.test(chosen)) write(localStorage, "data", [chosen, ...before].slice(0, {most}));
}}"""
CHOOSE = """async (chosen) => {{
    await new Promise((later) => setTimeout(later)); // a field that is left still has the focus while it says so
    const passed = chosen === ({kept})({first}) && !document.activeElement?.closest("#" + {id});
    ({keep_data})(chosen);
    return [chosen, passed];
}}"""
TYPED_BEFORE = """(...values) => {{
    const all = [({kept})(...values)].flat();
    let typed = "[]";
    try {{ typed = localStorage.getItem("hearsight:data") ?? typed; }} catch {{}}
    return [...all.slice(0, -1), typed];
}}"""


def keep_data(part: Component) -> str:
    """JavaScript that keeps what is chosen in a choice of data: for this tab, and a path for this browser too."""
    return KEEP_DATA.format(id=json.dumps(part.elem_id), most=TYPED)


def choose(part: Component, first: str) -> str:
    """JavaScript for a choice of data that begins with `first`: keeps what is chosen, and adds to its input whether the field
    was only passed through, unchanged.
    """
    names = {"id": json.dumps(part.elem_id), "first": json.dumps(first)}
    return CHOOSE.format(**names, kept=kept(part), keep_data=keep_data(part))


def typed_before(*parts: Component, or_none: bool = False) -> str:
    """JavaScript as `kept` makes it, which puts the paths that were typed, as JSON, into the last input."""
    return TYPED_BEFORE.format(kept=kept(*parts, or_none=or_none))


def keep(*parts: Component) -> str:
    """JavaScript that keeps the values of `parts`, its inputs, by their elem_id."""
    return KEEP.format(names=_names(parts))


def kept(*parts: Component, or_none: bool = False) -> str:
    """JavaScript that puts what was kept in place of its first inputs, `parts`; other inputs pass.

    Of what was never kept the input passes too, or with `or_none` nothing does.
    """
    return KEPT.format(names=_names(parts), otherwise="null" if or_none else "value")


def _names(parts: tuple[Component, ...]) -> str:
    return json.dumps([part.elem_id for part in parts])
