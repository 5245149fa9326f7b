"""The whole page: its head with the choice of a run, and one tab a page."""

from collections.abc import Callable

import gradio as gr

from explorer.components import RunChoice, RunState, RunTable
from explorer.gradio_patches.typed_blocks import TypedBlocks
from explorer.gradio_patches.unmarked import Unmarked
from explorer.pages import find, listen, live, methods, run_table
from explorer.pages.frame import Frame, in_browser
from explorer.services import Services
from explorer.web.assets import asset_url

PAGES: dict[str, tuple[str, Callable[[Frame], None]]] = {
    "live": ("Live", live.build),
    "listen": ("Listen", listen.build),
    "find": ("Find", find.build),
    "methods": ("Methods", methods.build),
}
"""Word in the address → (title of the tab, what builds it), in the order of the tabs."""

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
                with gr.Row(elem_id="run-row"):
                    run = RunChoice(elem_id="run")
                    runs = RunTable(read_only=read_only, elem_id="runs")
                RunState(compact=True, elem_id="run-line")
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
        run_table.wire(frame, runs)
        with gr.Tabs() as tabs:
            frame.tabs = tabs
            for word, (title, build) in PAGES.items():
                with gr.Tab(title, id=word, elem_id=f"tab-{word}") as tab:
                    frame.tab = tab
                    build(frame)
                tab.select(None, js=in_browser("tabOpened"))
        page.load(None, None, tabs, js=in_browser("askedTab"))
    return page


def tabs_named() -> str:
    """What tells the page's scripts which tabs there are: a line of the page's head."""
    return f'<meta name="hearsight-tabs" content="{" ".join(PAGES)}" />'
