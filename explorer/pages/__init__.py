"""The whole page: its head with the choice of a run, and one tab a page."""

import json
from collections.abc import Callable

import gradio as gr

from explorer.components import Choice, RunState
from explorer.gradio_patches.typed_blocks import TypedBlocks
from explorer.gradio_patches.unmarked import Unmarked
from explorer.pages import find, listen, map, methods, train
from explorer.pages.frame import Frame
from explorer.services import Services
from explorer.web.assets import asset_url

PAGES: dict[str, tuple[str, Callable[[Frame], None]]] = {
    "listen": ("Listen", listen.build),
    "train": ("Train", train.build),
    "map": ("Map", map.build),
    "find": ("Find", find.build),
    "methods": ("Methods", methods.build),
}
"""Word in the address → (title of the tab, what builds it), in the order of the tabs."""

ASKED_TAB = f"""() => {{
    const asked = new URLSearchParams(location.search).get("tab");
    const words = {json.dumps(list(PAGES))};
    return {{__type__: "update", selected: words.includes(asked) ? asked : words[0]}};
}}"""
"""Opens the tab that the address names. In the browser: an answer of the server would come when the visitor has opened another."""

BRAND = """<div class="brand"><img src="{icon}" alt="" /><div><h1>Hearsight</h1>
<p>Watch a model learn to hear, and listen to what it learns.</p></div></div>"""


def whole_page(
    services: Services,
    *,
    data: str,
    read_only: bool,
    started_in: str = "",
    paths: bool = True,
) -> gr.Blocks:
    """Everything that a visitor sees. `started_in`: the folder where relative paths begin that a visitor types; `paths`:
    whether a visitor may name any folder of this machine.
    """
    with TypedBlocks(title="Hearsight", fill_width=True, analytics_enabled=False, delete_cache=(600, 3000)) as page:
        with gr.Row(elem_id="head"):
            gr.HTML(BRAND.format(icon=asset_url("icon.svg")), js_on_load=None, apply_default_css=False)
            with gr.Column(elem_id="run-choice", min_width=280):
                run = Choice(label="Run", choices=[], value=None, elem_id="run", container=False, info=None)
                state = RunState(compact=True, elem_id="run-line")
        frame = Frame(
            services,
            data,
            read_only,
            page,
            run,
            Unmarked(),
            started_in=started_in,
            paths=paths,
        )
        frame.follow_run(state)
        with gr.Tabs() as tabs:
            frame.tabs = tabs
            for word, (title, build) in PAGES.items():
                with gr.Tab(title, id=word, elem_id=f"tab-{word}") as tab:
                    frame.tab = tab
                    build(frame)
                tab.select(None, js="() => { window.hearsight?.tabOpened(); }")
        _wire(page, frame, tabs)
    return page


def _wire(page: gr.Blocks, frame: Frame, tabs: gr.Tabs) -> None:
    """The run that is chosen goes to every part that shows it and into the address; the address comes back on load."""
    parts = frame.followers
    to_all = f"""run => {{
        window.hearsight?.chooseRun(run);
        const value = {{run: run || null}};
        return {"value" if len(parts) == 1 else f"Array({len(parts)}).fill(value)"};
    }}"""
    frame.run.change(None, frame.run, list(parts), js=to_all)
    frame.run.focus(lambda chosen: frame.run_choice(chosen), frame.run, frame.run, **frame.quiet)

    def arrive(request: gr.Request) -> gr.Dropdown:
        return frame.run_choice(request.query_params.get("run"))

    page.load(None, None, tabs, js=ASKED_TAB)
    page.load(arrive, None, frame.run, **frame.quiet).then(None, js="() => { window.hearsight?.arrive(); }")
