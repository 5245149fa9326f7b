"""The form of a new run: one line that says what would be started, and a drawer with data, method and all settings."""

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from explorer.catalogue.markdown import LATEX
from explorer.components import (
    Choice,
    DataSummary,
    FormLine,
    Notice,
    RunSettings,
    SettingsForm,
    chosen_run,
    filled_in,
    named_only,
    refusal,
    said,
    summary_of,
)
from explorer.jobs.quotas import Fitted
from explorer.pages.collapse import Collapse
from explorer.pages.data_choice import DataChoice
from explorer.pages.drop_zone import DropZone
from explorer.pages.form_contents import (
    check_fitted,
    config_from,
    encoder_choices,
    fitting_encoder,
    form_groups,
    known_method,
    method_card,
    method_choices,
    method_needs,
    wrong_choices,
)
from explorer.pages.frame import READ_ONLY, Frame, NewRunForm, after_first, in_browser
from explorer.pages.kept import keep, keep_data, typed_before
from explorer.runs.run_settings import values_of
from explorer.runs.speed import said_speed
from training.changed import breaks_of
from training.errors import UserError

R = TypeVar("R")


class NewRun:
    """Made in two places of the page: `line` above, where starting is always in view, and then `drawer`."""

    def __init__(self, frame: Frame):
        self.frame = frame

    def line(self) -> None:
        """What would be started, the button that opens the drawer, and the one that starts."""
        told = f"{READ_ONLY} To train, run Hearsight on your own machine." if self.frame.read_only else ""
        FormLine(read_only=told, elem_id="form-line")
        self.collapse = Collapse(self.frame)
        self.start = gr.Button(
            "Start training", variant="primary", elem_id="start", interactive=not self.frame.read_only, scale=0
        )

    def drawer(self) -> None:
        """What to train on, by which method, with which settings."""
        frame = self.frame
        with gr.Row(elem_id="form-essentials"):
            with gr.Column(min_width=260):
                self.data = DataChoice(frame)
                self.data.shown_in(DataSummary(elem_id="data-summary"), summary_of, named_only)
            with gr.Column(min_width=260):
                self.method = Choice(
                    label="Method", choices=[], info="Type to find one by its name, family or year.", elem_id="method"
                )
                self.needs = Notice(elem_id="method-needs")
                with gr.Accordion("About this method", open=False):
                    self.card = gr.Markdown("Loading the methods …", elem_id="method-card", latex_delimiters=LATEX)
            with gr.Column(min_width=220):
                self.encoder = Choice(
                    label="Encoder", choices=[], info="What turns a sound into a vector.", elem_id="encoder"
                )
                self.wrong = Choice(
                    label="Break it on purpose",
                    choices=[("Nothing", "")],
                    value="",
                    info="Takes a part out or makes a mistake. Guess first what will happen.",
                    elem_id="wrong",
                )
            with gr.Column(min_width=220):
                self.drop = None if frame.read_only else DropZone(frame)
        self.settings = SettingsForm(holds=True, elem_id="settings")

    def wire(self, tab: gr.Tab, again: RunSettings) -> None:
        """Fill the form on the first visit (torch is imported for it), refill it with each method and from a run; start."""
        quiet = self.frame.quiet
        of_method = [self.needs, self.card, self.encoder, self.wrong, self.settings]
        data = self.data.choice
        filled = [data, self.method, *of_method]
        opened = tab.select(
            self._first,
            [data, self.encoder, self.wrong, self.settings, self.data.typed],
            filled,
            js=after_first(typed_before(data, self.encoder, self.wrong)),
            **quiet,
        )
        self.encoder.input(None, self.encoder, None, js=keep(self.encoder))
        self.data.wire()
        self.data.look_after(opened)
        if self.drop is not None:
            self.data.look_after(self.drop.wire(self.data))
        self.frame.new_run = NewRunForm(self._with_method, [self.method, *of_method])
        self.method.input(None, self.method, None, js=in_browser("chooseMethod"))
        self.method.input(self._of_method, self.method, of_method, **self.frame.once_more)
        self.wrong.change(None, self.wrong, None, js=in_browser("holdWrong"))
        self.wrong.change(None, self.wrong, None, js=keep(self.wrong))
        self.encoder.input(self._of_encoder, [self.method, self.encoder], self.settings, **self.frame.once_more)
        as_before = again.again(self._again, self.data.typed, filled, js=typed_before(), **self.frame.private)
        as_before.then(None, self.encoder, None, js=keep(self.encoder))
        as_before.then(None, data, None, js=keep_data(data))
        as_before.then(None, self.method, None, js=in_browser("chooseMethod"))
        self.data.look_after(as_before)
        inputs = [data, self.method, self.encoder, self.wrong, self.settings]
        self.collapse.wire(data, self.method, self.encoder, self.settings)
        self.data.look_after(self.start.click(self._start, inputs, self.frame.run, **self.frame.private))

    def _first(
        self,
        data: str | None,
        encoder: str | None,
        wrong: str | None,
        settings: dict[str, Any] | None,
        typed: str,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        """Everything, with the method that the address names, where it names one, and what was chosen before a reload."""
        if filled_in(settings):
            return (gr.skip(),) * 7  # what the visitor wrote stays
        method = known_method(request.query_params.get("method"))
        return self.data.offered(data or self.frame.data, typed), *self._with_method(method, encoder, wrong or "")

    def _with_method(self, method: str, encoder: str | None = None, wrong: str = "") -> tuple[Any, ...]:
        return gr.Dropdown(choices=method_choices(), value=method), *self._of_method(method, encoder, wrong)

    def _of_method(self, method: str | None, encoder: str | None = None, wrong: str = "") -> tuple[Any, ...]:
        method = known_method(method)
        encoders, chosen = encoder_choices(method), fitting_encoder(method, encoder)
        needs = said(method_needs(method))
        offered = wrong_choices(method)
        return (
            needs,
            method_card(method),
            gr.Dropdown(choices=encoders, value=chosen),
            gr.Dropdown(choices=offered, value=wrong if wrong in [value for _, value in offered] else ""),
            self._of_encoder(method, chosen),
        )

    def _of_encoder(
        self, method: str | None, encoder: str | None, values: dict[str, dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        method = known_method(method)
        encoder = fitting_encoder(method, encoder)
        services = self.frame.services
        speed = said_speed(services.library, method, encoder)
        return {"groups": form_groups(method, encoder, speed, values, services.launcher.quotas.bounds())}

    def _again(self, typed: str, event: gr.EventData) -> tuple[Any, ...]:
        """The form as a run was started: its data, method, encoder and settings."""
        from training.breaks.wrong import PART  # not at the top: it takes torch along

        run = self.frame.services.library.run(event.run or "")
        config = run.config() if run is not None else {}
        method = known_method(config.get("method"))
        if method != config.get("method"):
            raise refusal("This version has no such method as this run's.")
        breaks = breaks_of(config) or ("",)
        *of_method, _ = self._with_method(method, config.get("encoder"), f"{PART}{breaks[0]}")
        if len(breaks) > 1:
            gr.Info("Of the parts that were taken out of this run's method all but the first are in again.")
        data = self.frame.reference(config.get("data")) or self.frame.data
        return (
            self.data.offered(data, typed),
            *of_method,
            self._of_encoder(method, config.get("encoder"), values_of(config)),
        )

    def _start(
        self,
        data: str | None,
        method: str | None,
        encoder: str | None,
        wrong: str | None,
        settings: dict[str, Any] | None,
    ) -> dict[str, Any]:
        if self.frame.read_only:
            raise refusal(READ_ONLY)
        filled, services = filled_in(settings), self.frame.services

        def started() -> tuple[str, Fitted]:
            config = config_from(self.frame.reference(data), method, encoder, filled, wrong)
            fitted = services.launcher.quotas.fitted(config)
            check_fitted(fitted, services.library.open_datasets)
            return services.launcher.start(fitted.config), fitted

        name, fitted = plainly(started)
        for note in fitted.notes:
            gr.Info(note, duration=12)
        return chosen_run(name)


def plainly(act: Callable[[], R]) -> R:
    """What `act` gives; a user's mistake is shown on the page as its one sentence."""
    try:
        return act()
    except UserError as error:
        raise refusal(error.in_words, duration=12) from None
