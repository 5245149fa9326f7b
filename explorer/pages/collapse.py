"""Make it collapse: what can go wrong is offered, and a broken run is started beside its healthy twin."""

from typing import Any

import gradio as gr
from gradio.components import Component

from explorer.components import MakeCollapse, begun, filled_in, offered, weighed
from explorer.jobs.quotas import Fitted
from explorer.pages.form_contents import check_fitted, config_from, known_method
from explorer.pages.frame import READ_ONLY, Frame
from explorer.runs.speed import said_duration
from training.errors import UserError
from training.run.twins import MEASURES, Prediction, Role

KEPT = ("seed", "device", "window_seconds", "probe_clips")
"""Settings of the form that a run of another method takes over."""


def what_can_go_wrong(chosen: str) -> dict[str, Any]:
    """With each method, by title; `chosen` is the form's."""
    from training.breaks.wrong import FAMOUS, wrongs_of
    from training.methods import METHODS

    def told(method: str) -> list[dict[str, str]]:
        return [{"name": name, "title": wrong.title, "does": wrong.does} for name, wrong in wrongs_of(method).items()]

    titles = {name: method.card.title for name, method in METHODS.items()}
    famous = [
        {"method": method, "wrong": name, "title": f"{titles[method]} {wrongs_of(method)[name].title}"}
        for method, name in FAMOUS
    ]
    by_title = sorted(titles, key=lambda name: titles[name].lower())
    methods = [{"name": name, "title": titles[name], "wrongs": told(name)} for name in by_title]
    return offered(chosen, famous, methods)


class Collapse:
    """Nothing of it is there on a page where visitors may only look."""

    def __init__(self, frame: Frame):
        self._frame = frame
        self._part = None if frame.read_only else MakeCollapse(elem_id="make-collapse")

    def wire(self, data: Component, method: Component, encoder: Component, settings: Component) -> None:
        """Offer and begin; the parts of the form of a new run say on which data and with which settings."""
        if self._part is None:
            return
        self._part.ask(self._ask, method, self._part, **self._frame.quiet)
        form = [data, method, encoder, settings]
        self._part.weigh(self._weigh, form, self._part, **self._frame.each)
        self._part.begin(self._begin, form, self._part, **self._frame.private)

    def _ask(self, method: str | None) -> dict[str, Any]:
        return what_can_go_wrong(known_method(method))

    def _weigh(
        self, data: str | None, method: str | None, encoder: str | None, settings: Any, event: gr.EventData
    ) -> dict[str, Any]:
        """How long both will take; what the form lacks is said when they are to be started."""
        asked, wrong = event.asked or 0, event.wrong or ""
        try:
            asking = (self._frame.reference(data), method, encoder, filled_in(settings), event)
            configs = [self._fitted(*asking, wrong=each).config for each in ("", wrong)]
        except UserError:
            return weighed(asked, "")
        from training.verdicts.rules import EARLY_STEPS  # not at the top: it takes torch along

        takes = said_duration(self._frame.services.library, configs)
        if (configs[0]["steps"] or EARLY_STEPS) < EARLY_STEPS:
            takes = f"{takes} A collapse may be told sooner; that there is none is told from {EARLY_STEPS} steps on.".lstrip()
        return weighed(asked, takes)

    def _begin(
        self, data: str | None, method: str | None, encoder: str | None, settings: Any, event: gr.EventData
    ) -> dict[str, Any]:
        asked = event.asked or 0
        if self._frame.read_only:
            return begun(asked, trouble=READ_ONLY)
        filled = filled_in(settings)
        try:
            return begun(asked, self._started(self._frame.reference(data), method, encoder, filled, event))
        except UserError as error:
            return begun(asked, trouble=error.in_words)

    def _started(
        self, data: str, method: str | None, encoder: str | None, filled: dict[str, dict[str, Any]], event: gr.EventData
    ) -> list[str]:
        """Names of the broken run, which is looked at first, and of its twin."""
        fitted = self._fitted(data, method, encoder, filled, event)
        prediction = Prediction.from_json({name: getattr(event, name) for name in (*MEASURES, "collapses")})
        if prediction is None:
            raise UserError("A prediction is missing: say of each measure what it will do, then start.")
        check_fitted(fitted, self._frame.services.library.open_datasets)
        for note in fitted.notes:
            gr.Info(note, duration=12)
        launcher, wrong = self._frame.services.launcher, event.wrong or ""
        names = launcher.start_twins(fitted.config, wrong, prediction)
        return [names[Role.BROKEN], names[Role.HEALTHY]]

    def _fitted(
        self,
        data: str,
        method: str | None,
        encoder: str | None,
        filled: dict[str, dict[str, Any]],
        event: gr.EventData,
        wrong: str = "",
    ) -> Fitted:
        """The configuration of one of both, cut down to what may be trained here: the healthy one's where nothing is `wrong`."""
        chosen = known_method(event.method)
        own = chosen == method and "run" in filled
        run = filled.get("run", {})
        run = {**(run if own else {name: run[name] for name in KEPT if name in run}), "seconds": None}
        run["steps"] = event.steps
        config = config_from(data, chosen, encoder if own else None, {**(filled if own else {}), "run": run}, wrong)
        return self._frame.services.launcher.quotas.fitted(config, runs=2)
