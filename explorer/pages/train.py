"""Train: choose data, method and settings; start, pause, resume, stop; watch the curves."""

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio.context import Context

from explorer.components import (
    Choice,
    DataSummary,
    LensPicture,
    LiveChart,
    Notice,
    RunChoice,
    RunState,
    SettingsForm,
    chosen_run,
    filled_in,
    refusal,
    run_of,
    said,
    summary_of,
)
from explorer.pages.data_choice import DataChoice
from explorer.pages.drop_zone import DropZone
from explorer.pages.export_button import ExportButton
from explorer.pages.frame import Frame, TrainForm, in_browser
from explorer.pages.kept import keep, kept
from explorer.pages.train_form import (
    config_from,
    encoder_choices,
    fitting_encoder,
    form_groups,
    known_method,
    method_card,
    method_choices,
    method_needs,
)
from explorer.runs.speed import said_speed
from training.errors import UserError

LATEX: list[dict[str, str | bool]] = [{"left": "$$", "right": "$$", "display": True}]
CONFIRM = (
    "looked => looked?.run && window.confirm(`Delete the run ${looked.run} with all its snapshots and weights, for good?`) "
    "? looked : null"
)
R = TypeVar("R")


def build(frame: Frame) -> None:
    """The page's components and what its buttons do."""
    with gr.Row(elem_id="train"):
        with gr.Column(scale=4, min_width=320, elem_id="train-form"):
            form = _Form(frame)
        with gr.Column(scale=9, min_width=320):
            with gr.Row(elem_id="state-row"):
                with gr.Column(scale=3, min_width=300):
                    state = RunState(elem_id="run-state")
                with gr.Column(scale=1, min_width=220):
                    RunChoice(heading="Compare with", compare=True, elem_id="compare")
                    delete = gr.Button("Delete this run", size="sm", elem_id="delete-run", visible=not frame.read_only)
                    export = ExportButton(frame)
            LiveChart(elem_id="charts")
            with gr.Accordion("What the loss sees", open=True, elem_id="lens-box"):
                LensPicture(elem_id="lens")
    tab = Context.block
    assert isinstance(tab, gr.Tab), "each page is built inside its tab"
    form.wire(tab)
    _wire_state(frame, state)
    _wire_delete(frame, delete)
    export.wire()


class _Form:
    """The left side: what to train, and the button that starts it."""

    def __init__(self, frame: Frame):
        self.frame = frame
        self.data = DataChoice(frame)
        self.data.shown_in(DataSummary(elem_id="data-summary"), summary_of)
        self.drop = None if frame.read_only else DropZone(frame)
        self.method = Choice(
            label="Method", choices=[], info="Type to find one by its name, family or year.", elem_id="method"
        )
        self.needs = Notice(elem_id="method-needs")
        self.encoder = Choice(label="Encoder", choices=[], elem_id="encoder")
        self.start = gr.Button("Start training", variant="primary", elem_id="start", interactive=not frame.read_only)
        if frame.read_only:
            gr.Markdown("Runs can only be looked at here; to train, run Hearsight on your own machine.")
        with gr.Accordion("About this method", open=False):
            self.card = gr.Markdown("Loading the methods …", elem_id="method-card", latex_delimiters=LATEX)
        self.settings = SettingsForm(elem_id="settings")

    def wire(self, tab: gr.Tab) -> None:
        """Fill the form on the first visit (torch is imported for it), refill it with each method, start by its button."""
        of_method = [self.needs, self.card, self.encoder, self.settings]
        data = self.data.choice
        first = [data, self.encoder, self.settings]
        filled = [data, self.method, *of_method]
        opened = tab.select(self._first, first, filled, js=kept(data, self.encoder), **self.frame.quiet)
        self.encoder.input(None, self.encoder, None, js=keep(self.encoder))
        self.data.wire()
        self.data.look_after(opened)
        if self.drop is not None:
            self.data.look_after(self.drop.wire(data, self.data.offered))
        self.frame.train_form = TrainForm(self._with_method, [self.method, *of_method])
        self.method.input(None, self.method, None, js=in_browser("chooseMethod"))
        self.method.input(self._of_method, self.method, of_method, **self.frame.quiet)
        self.encoder.input(self._of_encoder, [self.method, self.encoder], self.settings, **self.frame.quiet)
        inputs = [data, self.method, self.encoder, self.settings]
        self.start.click(self._start, inputs, self.frame.run, **self.frame.private)

    def _first(
        self, data: str | None, encoder: str | None, settings: dict[str, Any] | None, request: gr.Request
    ) -> tuple[Any, ...]:
        """Everything, with the method that the address names, where it names one, and what was chosen before a reload."""
        if filled_in(settings):
            return (gr.skip(),) * 6  # what the visitor wrote stays
        method = known_method(request.query_params.get("method"))
        return self.data.offered(data or self.frame.data), *self._with_method(method, encoder)

    def _with_method(self, method: str, encoder: str | None = None) -> tuple[Any, ...]:
        return gr.Dropdown(choices=method_choices(), value=method), *self._of_method(method, encoder)

    def _of_method(self, method: str | None, encoder: str | None = None) -> tuple[Any, ...]:
        method = known_method(method)
        encoders, chosen = encoder_choices(method), fitting_encoder(method, encoder)
        needs = said(method_needs(method))
        return needs, method_card(method), gr.Dropdown(choices=encoders, value=chosen), self._of_encoder(method, chosen)

    def _of_encoder(self, method: str | None, encoder: str | None) -> dict[str, Any]:
        method = known_method(method)
        encoder = fitting_encoder(method, encoder)
        return {"groups": form_groups(method, encoder, said_speed(self.frame.services.library, method, encoder))}

    def _start(
        self, data: str | None, method: str | None, encoder: str | None, settings: dict[str, Any] | None
    ) -> dict[str, Any]:
        if self.frame.read_only:
            raise gr.Error("Runs can only be looked at here.", print_exception=False)
        config = _plainly(lambda: config_from(self.frame.reference(data), method, encoder, filled_in(settings)))
        fitted = _plainly(lambda: self.frame.services.launcher.jobs.fitted(config))
        name = _plainly(lambda: self.frame.services.launcher.start(fitted.config))
        for note in fitted.notes:
            gr.Info(note, duration=12)
        return chosen_run(name)


def _wire_state(frame: Frame, state: RunState) -> None:
    def asking(ask: Callable[[str], None]) -> Callable[[gr.EventData], None]:
        def answer(event: gr.EventData) -> None:
            name = str(getattr(event, "run", None) or "")
            if frame.read_only or frame.services.library.read_only(name):
                raise gr.Error("This run can only be looked at here.", print_exception=False)
            _plainly(lambda: ask(name))

        return answer

    state.pause(asking(frame.services.launcher.pause), None, None, **frame.quiet)
    state.resume(asking(frame.services.launcher.resume), None, None, **frame.quiet)
    state.stop(asking(frame.services.launcher.stop), None, None, **frame.quiet)


def _wire_delete(frame: Frame, button: gr.Button) -> None:
    def delete(looked: dict[str, Any] | None) -> Any:
        name = run_of(looked)
        if not name:
            return gr.skip()
        if frame.read_only or frame.services.library.read_only(name):
            raise gr.Error("This run can only be looked at here.", print_exception=False)
        _plainly(lambda: frame.services.launcher.delete(name))
        return chosen_run(frame.services.library.latest())

    button.click(delete, frame.run, frame.run, js=CONFIRM, **frame.quiet)


def _plainly(act: Callable[[], R]) -> R:
    """What `act` gives; a user's mistake is shown on the page as its one sentence."""
    try:
        return act()
    except UserError as error:
        raise refusal(str(error), duration=12) from None
