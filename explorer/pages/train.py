"""Train: choose data, method and settings; start, pause, resume, stop; watch the curves."""

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from explorer.components import LensPicture, LiveChart, RunState, SettingsForm, filled_in
from explorer.pages.frame import Frame, run_choices
from explorer.pages.train_form import about_method, config_from, data_choices, form_groups, method_choices
from training.errors import UserError

QUIET: dict[str, Any] = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
R = TypeVar("R")


def build(frame: Frame) -> None:
    """The page's components and what its buttons do."""
    with gr.Row(elem_id="train"):
        with gr.Column(scale=4, min_width=320, elem_id="train-form"):
            form = _Form(frame)
        with gr.Column(scale=9, min_width=320):
            state = frame.follow_run(RunState(elem_id="run-state"))
            with gr.Row(elem_id="compare-row"):
                compare = gr.Dropdown(label="Compare with", choices=[], value=None, elem_id="compare", scale=1)
            chart = LiveChart(elem_id="charts")
            with gr.Accordion("What the loss sees", open=True, elem_id="lens-box"):
                frame.follow_run(LensPicture(elem_id="lens"))
    form.wire()
    _wire_state(frame, state)
    _wire_compare(frame, compare, chart)


class _Form:
    """The left side: what to train, and the button that starts it."""

    def __init__(self, frame: Frame):
        self.frame = frame
        self.data = gr.Dropdown(
            label="Data", choices=data_choices(), value=frame.data, allow_custom_value=not frame.read_only,
            info="A built-in or public set, or the path of a folder of sounds on this machine.", elem_id="data",
        )
        self.method = gr.Dropdown(label="Method", choices=[], elem_id="method")
        self.card = gr.Markdown("Loading the methods …", elem_id="method-card")
        self.encoder = gr.Dropdown(label="Encoder", choices=[], elem_id="encoder")
        self.start = gr.Button("Start training", variant="primary", elem_id="start", interactive=not frame.read_only)
        if frame.read_only:
            gr.Markdown("This page only shows runs; training can be started where Hearsight runs on your own machine.")
        self.settings = SettingsForm(elem_id="settings")

    def wire(self) -> None:
        """Fill the form when the page is loaded, refill it with each method, start with its button."""
        page = gr.context.Context.root_block
        assert page is not None, "a page is built inside gr.Blocks"
        chosen = [self.method, self.card, self.encoder, self.settings]
        page.load(self._first, None, chosen, **QUIET)
        self.method.input(self._of_method, self.method, chosen[1:], **QUIET)
        inputs = [self.data, self.method, self.encoder, self.settings]
        self.start.click(self._start, inputs, self.frame.run, show_progress="minimal", api_visibility="private")

    def _first(self) -> tuple[Any, ...]:
        choices = method_choices()
        first = choices[0][1] if choices else None
        return (gr.Dropdown(choices=choices, value=first), *self._of_method(first))

    def _of_method(self, method: str | None) -> tuple[Any, ...]:
        if method is None:
            return "There is no method to train.", gr.Dropdown(choices=[]), None
        card, encoders = about_method(method)
        return card, gr.Dropdown(choices=encoders, value=encoders[0]), {"groups": form_groups(method)}

    def _start(self, data: str, method: str, encoder: str, settings: dict[str, Any]) -> gr.Dropdown:
        if self.frame.read_only:
            raise gr.Error("This page only shows runs.")
        config = _plainly(lambda: config_from(data, method, encoder, filled_in(settings)))
        return self.frame.run_choice(_plainly(lambda: self.frame.launcher.start(config)))


def _wire_state(frame: Frame, state: RunState) -> None:
    def asking(ask: Callable[[str], None]) -> Callable[[gr.EventData], None]:
        def answer(event: gr.EventData) -> None:
            name = str((event._data or {}).get("run", ""))
            if frame.read_only or frame.library.read_only(name):
                raise gr.Error("This run can only be looked at here.")
            _plainly(lambda: ask(name))

        return answer

    state.pause(asking(frame.launcher.pause), None, None, **QUIET)
    state.resume(asking(frame.launcher.resume), None, None, **QUIET)
    state.stop(asking(frame.launcher.stop), None, None, **QUIET)


def _wire_compare(frame: Frame, compare: gr.Dropdown, chart: LiveChart) -> None:
    both = "(run, compare) => ({run: run || null, compare: compare || null})"
    frame.run.change(None, [frame.run, compare], chart, js=both)
    compare.change(None, [frame.run, compare], chart, js=both)

    def offered(chosen: str | None) -> gr.Dropdown:
        return gr.Dropdown(choices=[("nothing", ""), *run_choices(frame.library.summaries())], value=chosen)

    compare.focus(offered, compare, compare, **QUIET)


def _plainly(act: Callable[[], R]) -> R:
    """What `act` gives; a user's mistake is shown on the page as its one sentence."""
    try:
        return act()
    except UserError as error:
        raise gr.Error(str(error), duration=12, print_exception=False) from None
