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
    const all = values.map((value, i) => (i < names.length ? kept(names[i]) : null) ?? value);
    return all.length === 1 ? all[0] : all;
}}"""


TYPED = 12
"""So many of the visitor's own references are offered again, the last first."""
CHOOSE = """async (chosen) => {{
    await new Promise((later) => setTimeout(later)); // a field that is left still has the focus while it says so
    const [id, first] = [{id}, {first}];
    const read = (store, name) => {{ try {{ return JSON.parse(store.getItem("hearsight:" + name)); }} catch {{ return null; }} }};
    const write = (store, name, value) => {{ try {{ store.setItem("hearsight:" + name, JSON.stringify(value)); }} catch {{}} }};
    const passed = chosen === (read(sessionStorage, id) ?? first) && !document.activeElement?.closest("#" + id);
    write(sessionStorage, id, chosen);
    const before = (read(localStorage, "data") ?? []).filter((other) => other !== chosen);
    if (typeof chosen === "string" && /[\\\\/]/.test(chosen)) write(localStorage, "data", [chosen, ...before].slice(0, {most}));
    return [chosen, passed];
}}"""
TYPED_BEFORE = """(...values) => {{
    const all = [({kept})(...values)].flat();
    try {{ all[{place}] = localStorage.getItem("hearsight:data") ?? "[]"; }} catch {{ all[{place}] = "[]"; }}
    return all;
}}"""


def choose(part: Component, first: str) -> str:
    """JavaScript for a choice of data that begins with `first`: keeps what is chosen, for this tab, and the paths that were
    ever typed, for this browser. It adds to its input whether the field was only passed through, unchanged."""
    return CHOOSE.format(id=json.dumps(part.elem_id), first=json.dumps(first), most=TYPED)


def typed_before(*parts: Component) -> str:
    """JavaScript as `kept` makes it, which puts the paths that were typed, as JSON, into the input after `parts`."""
    return TYPED_BEFORE.format(kept=kept(*parts), place=len(parts))


def keep(*parts: Component) -> str:
    """JavaScript that keeps the values of `parts`, its inputs, by their elem_id."""
    return KEEP.format(names=_names(parts))


def kept(*parts: Component) -> str:
    """JavaScript that puts what was kept in place of its first inputs, `parts`; other inputs pass."""
    return KEPT.format(names=_names(parts))


def _names(parts: tuple[Component, ...]) -> str:
    return json.dumps([part.elem_id for part in parts])
