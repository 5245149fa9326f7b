"""Live: everything of a training on one page: what is started, where it stands, curves, map, lens, and the chosen clip."""

from collections.abc import Callable
from pathlib import PurePath

import gradio as gr

from explorer.components import (
    ClipSlot,
    EmbeddingMap,
    FirstMinute,
    KnowledgeFold,
    LensPicture,
    LiveChart,
    MeasuredPictures,
    RunChoice,
    RunSettings,
    RunState,
    SelectionPanel,
    Standing,
    Suspects,
    Twins,
    TwoViews,
    refusal,
)
from explorer.jobs.exports import KINDS
from explorer.pages.data_words import data_title
from explorer.pages.export_button import ExportButton
from explorer.pages.frame import Frame
from explorer.pages.new_run import NewRun, plainly
from training.data import STARTER

CLIP = "clip"
"""elem_id of the place beside the map for the chosen clip and its neighbours."""


def build(frame: Frame) -> None:
    """The page's components and what its buttons do."""
    assert frame.tab is not None, "each page is built inside its tab"
    form = NewRun(frame)
    with gr.Row(elem_id="new-run"):
        form.line()
    with gr.Column(elem_id="drawer"):
        form.drawer()
    with gr.Row(elem_id="about-run"):
        with gr.Column(scale=1, min_width=300, elem_id="standing-column"):
            state = RunState(elem_id="run-state")
            Standing(elem_id="standing")
        settings = RunSettings(read_only=frame.read_only, elem_id="run-settings")
    Twins(elem_id="twins")
    with gr.Row(elem_id="live"):
        with gr.Column(elem_id="live-curves", min_width=260):
            LiveChart(elem_id="charts")
            MeasuredPictures(elem_id="measured")
            gr.HTML(
                "<h2 class='head-title'>What the loss sees</h2>",
                js_on_load=None,
                apply_default_css=False,
                elem_id="lens-title",
            )
            LensPicture(elem_id="lens")
        with gr.Column(elem_id="live-map", min_width=320):
            own = "" if frame.data == STARTER else PurePath(data_title(frame.data)[0]).name
            FirstMinute(read_only=frame.read_only, own=own, elem_id="first-minute")
            EmbeddingMap(elem_id="map", panel_in=CLIP)
            SelectionPanel(elem_id="selection")
            Suspects(elem_id="suspects")
        with gr.Column(elem_id="live-clip", min_width=300):
            ClipSlot(elem_id=CLIP)
            TwoViews(elem_id="two-views")
    KnowledgeFold(elem_id="knowledge")
    with gr.Row(elem_id="with-run"):
        RunChoice(heading="Compare with", compare=True, elem_id="compare")
        exports = [ExportButton(frame, kind) for kind in KINDS]
    form.wire(frame.tab, settings)
    _wire_state(frame, state)
    for export in exports:
        export.wire()


def _wire_state(frame: Frame, state: RunState) -> None:
    def asking(ask: Callable[..., None], *told: str) -> Callable[[gr.EventData], None]:
        """`told`: what else of the event is handed on, as numbers."""

        def answer(event: gr.EventData) -> None:
            name = event.run or ""
            if frame.read_only or frame.services.library.read_only(name):
                raise refusal("This run can only be looked at here.")
            plainly(lambda: ask(name, *(getattr(event, word) or 0 for word in told)))

        return answer

    state.pause(asking(frame.services.launcher.pause), None, None, **frame.private)
    state.resume(asking(frame.services.launcher.resume), None, None, **frame.private)
    state.stop(asking(frame.services.launcher.stop), None, None, **frame.private)
    state.longer(asking(frame.services.launcher.lengthen, "whole"), None, None, **frame.private)
