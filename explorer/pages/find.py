"""Find: which clips sound like this one to the model, where would it lie on the map, how alike are two sounds?"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from explorer.components import (
    Choice,
    ClipList,
    EmbeddingMap,
    InView,
    Notice,
    SimilarityChart,
    clips_to_pick,
    run_of,
    said,
)
from explorer.pages import find_api
from explorer.pages.find_answers import curve_of, labels_of, map_of, rows_of, shown_steps, verdict
from explorer.pages.frame import Frame
from explorer.pages.insisting import insist
from explorer.pages.sound_source import SoundSource
from explorer.runs.library import Sounds
from explorer.runs.points import points
from explorer.search.comparison import SoundComparison
from explorer.sounds.sound import waveform_of
from training.errors import UserError

ASK_SECONDS = 1.5
LATER_SECONDS = 20.0
"""Between two looks for sounds that nobody is opening: somebody may bring them yet."""
SHOW_SECONDS = 0.4
SHOWN = 10
"""Rows that are waited for; the list shows more of the neighbours when it is asked to."""
NEIGHBOURS = 100
NEWEST = -1
"""Stands for the newest weights in the choice of a step."""
NO_QUERY = "Choose a sound above: the clips that the model finds most alike are listed here."
NO_PAIR = "Choose a second sound: how alike the model finds the two, now and at every snapshot, is shown here."

Looked = dict[str, Any] | None
"""What a browser says of the run that is looked at; see run_of."""


def build(frame: Frame) -> None:
    """The page's components and what they do."""
    first, second = SoundSource(frame, "find", shared=True), SoundSource(frame, "other", offers_chosen=True)
    with gr.Row(elem_id="find"):
        with gr.Column(scale=4, min_width=320):
            first.offer()
        with gr.Column(scale=9, min_width=320):
            first.show("Choose a clip, drop a file, or record a sound: it is searched for at once.")
    search = _Search(frame, first)
    gr.HTML("<h2>Compare with a second sound</h2>", elem_classes="heading", js_on_load=None, apply_default_css=False)
    with gr.Row(elem_id="compare-sounds"):
        with gr.Column(scale=4, min_width=320):
            second.offer()
        with gr.Column(scale=9, min_width=320):
            second.show("Choose a second sound to compare with the one above.")
            chart = SimilarityChart(empty=NO_PAIR, elem_id="similarity")
    in_view = InView()
    # Before what else is asked of a run: Gradio (6.31) asks one after the other.
    _wire_pickers(frame, in_view, first, second)
    search.wire(in_view)
    _wire_comparison(frame, in_view, first, second, chart)
    find_api.add(frame)


class _Search:
    """The sound's neighbours and its place on the map; asked again until all clips were searched."""

    def __init__(self, frame: Frame, source: SoundSource):
        self.frame = frame
        self.source = source
        with gr.Row(elem_id="found"):
            with gr.Column(scale=4, min_width=320):
                self.step = Choice(label="Weights", choices=[("the newest", NEWEST)], value=NEWEST, elem_id="find-step")
                self.step.accepts = int  # type: ignore[misc]  # of this one alone, whose choices are numbers
                self.notice = Notice(elem_id="found-notice")
                self.list = ClipList(
                    empty=NO_QUERY, action="Search from this one", threshold=True, in_turn=True, elem_id="found-list"
                )
            with gr.Column(scale=9, min_width=320):
                self.map = EmbeddingMap(panel=False, elem_id="find-map")
        self.timer = gr.Timer(ASK_SECONDS, active=False)

    def wire(self, in_view: InView) -> None:
        """A new sound, another run or another step begins a search."""
        run, player = in_view, self.source.player
        quiet, once_more, latest_only = self.frame.quiet, self.frame.once_more, self.frame.latest_only
        if self.frame.tab is not None:
            self.frame.tab.select(self._begin_early, self.frame.run, None, **quiet)
        inputs, outputs = [run, player, self.step], [self.list, self.notice, self.map, self.timer]
        waiting = f"(chosen, list) => chosen?.sound ? {{waiting: {SHOWN}}} : list"
        searched: dict[str, Any] = {**latest_only, "concurrency_id": "find", "concurrency_limit": 4}
        player.change(None, [player, self.list], self.list, js=waiting)
        gr.on([player.change, self.step.input], self._search, inputs, outputs, **searched)
        in_view.seen(self._of_run, run, self.step, **once_more).then(self._search, inputs, outputs, **searched)
        self.step.focus(self._of_run_again, [run, self.step], self.step, **quiet)
        self.timer.tick(self._search_on, inputs, outputs, **latest_only)

    def _begin_early(self, looked: Looked) -> None:
        """Whoever opens the page will search: the model is loaded and the clips are embedded meanwhile."""
        with contextlib.suppress(UserError):
            self.frame.services.finder.prepare(run_name(run_of(looked)))

    def _search(self, looked: Looked, chosen: Any, step: int | None) -> tuple[Any, Any, Any, Any]:
        run, idle = run_of(looked), gr.Timer(active=False)
        if not isinstance(chosen, dict) or not chosen.get("sound"):
            return gr.skip(), gr.skip(), map_of(run), idle
        try:
            folder = self.frame.services.library.run(run_name(run))
            if folder is None:
                raise UserError(f"There is no run called {run}.")
            waveform = waveform_of(
                chosen["sound"], self.frame.services.library.open_datasets, self.frame.services.uploads
            )
            found = self.frame.services.finder.find(run_name(run), waveform, step_of(step), NEIGHBOURS + 1)
        except UserError as error:
            return {"rows": [], "empty": str(error)}, None, map_of(run), idle
        sounds, main_facet = self.frame.services.library.sounds(folder), points(folder).main_facet
        dataset = sounds.dataset
        own = labels_of(chosen["sound"], dataset)
        rows = rows_of(found, dataset, main_facet, own)
        rows = [row for row in rows if row["sound"] is None or row["sound"] != chosen["sound"]][:NEIGHBOURS]
        going_on = not found.complete and is_awaited(sounds)
        told = said(f"{whose(chosen)}{found.note} Step {found.step:,}.", "busy" if going_on else "")
        return {"rows": rows}, told, map_of(run, found, of_run=bool(own)), gr.Timer(active=going_on)

    def _search_on(self, looked: Looked, chosen: Any, step: int | None) -> tuple[Any, Any, Any, Any]:
        """While only the probe was searched: say how far the rest is, and search again when it is there."""
        try:
            left = self.frame.services.finder.prepare(run_name(run_of(looked)), step_of(step))
        except UserError as error:
            return gr.skip(), said(str(error), "bad"), gr.skip(), gr.Timer(active=False)
        if not left:
            return self._search(looked, chosen, step)
        folder = self.frame.services.library.run(run_name(run_of(looked)))
        going_on = folder is not None and is_awaited(self.frame.services.library.sounds(folder))
        told = said(
            f"{whose(chosen)}{'So far' if going_on else 'Only'} the clips of the map were searched. {left}",
            "busy" if going_on else "",
        )
        return gr.skip(), told, gr.skip(), gr.Timer(active=going_on)

    def _of_run(self, looked: Looked) -> gr.Dropdown:
        return self._of_run_again(looked, NEWEST)

    def _of_run_again(self, looked: Looked, step: int | None) -> gr.Dropdown:
        folder = self.frame.services.library.run(run_of(looked) or "")
        steps = [] if folder is None else folder.checkpoints()
        choices = [("the newest", NEWEST), *((f"step {s:,}", s) for s in reversed(steps))]
        return gr.Dropdown(choices=choices, value=step if step in steps else NEWEST)


def _wire_pickers(frame: Frame, in_view: InView, first: SoundSource, second: SoundSource) -> None:
    """Both pickers offer the run's own data, as soon as it is open."""
    timer = gr.Timer(ASK_SECONDS, active=False)

    def offered(looked: Looked) -> tuple[Any, Any, gr.Timer]:
        """What both pickers offer of a run; the timer asks again while its data is being opened."""
        folder = frame.services.library.run(run_of(looked) or "")
        if folder is None:
            value = said("There is no run, and so no model that could listen. Choose a run above, or start a training.")
            return value, value, gr.Timer(active=False)
        sounds = frame.services.library.sounds(folder)
        if sounds.dataset is not None:
            value = clips_to_pick(sounds.dataset)
            return value, value, gr.Timer(active=False)
        value = said(sounds.note, "busy" if sounds.opening else "")
        return value, value, gr.Timer(ASK_SECONDS if sounds.opening else LATER_SECONDS, active=True)

    outputs = [first.picker, second.picker, timer]
    insist(in_view.seen, offered, in_view, outputs, **frame.once_more)
    timer.tick(offered, in_view, outputs, **frame.quiet)


def _wire_comparison(
    frame: Frame, in_view: InView, first: SoundSource, second: SoundSource, chart: SimilarityChart
) -> None:
    """Whenever both sounds are there: now at once, then the snapshots one after the other."""

    def compared(looked: Looked, one: Any, other: Any) -> Iterator[dict[str, Any]]:
        """What the chart shows of two sounds, again with every few snapshots that were asked."""
        run = run_of(looked)
        sounds = [chosen.get("sound") if isinstance(chosen, dict) else None for chosen in (one, other)]
        if not all(sounds):
            yield {"text": NO_PAIR if sounds[0] or not sounds[1] else "Choose the first sound above.", "tone": "empty"}
            return
        try:
            a, b = (
                waveform_of(sound, frame.services.library.open_datasets, frame.services.uploads) for sound in sounds
            )
            folder = frame.services.library.run(run or "")
            known: list[SoundComparison] = []
            shown_at = -SHOW_SECONDS
            steps: list[int | None] = [*shown_steps([] if folder is None else folder.checkpoints())]
            for step in steps or [None]:
                known.append(frame.services.finder.compare(run_name(run), a, b, step))
                if time.monotonic() - shown_at > SHOW_SECONDS:
                    shown_at = time.monotonic()
                    yield {"text": verdict(known[0]), "rows": curve_of(known)}
            yield {"text": verdict(known[0]), "rows": curve_of(known)}
        except UserError as error:
            yield {"text": str(error), "tone": "bad", "rows": []}

    asked: dict[str, Any] = {**frame.latest_only, "concurrency_id": "compare", "concurrency_limit": 2}
    inputs = [in_view, first.player, second.player]
    of_run = in_view.seen(compared, inputs, chart, **asked)
    of_sounds = gr.on([first.player.change, second.player.change], compared, inputs, chart, **asked, cancels=[of_run])
    in_view.seen(None, cancels=[of_sounds])  # a part's own event can't be one of several


def whose(chosen: Any) -> str:
    """Of which sound the clips are nearest: another one may have been refused meanwhile, and these stay."""
    title = chosen.get("title") if isinstance(chosen, dict) else None
    return f"Nearest to “{title}”. " if isinstance(title, str) and title else ""


def is_awaited(sounds: Sounds) -> bool:
    """Whether all clips of a run can be searched, now or as soon as they are open."""
    return sounds.dataset is not None or sounds.opening


def run_name(run: str | None) -> str:
    """The run's name. Raises UserError where none is chosen."""
    if not run:
        raise UserError("No run is chosen. Start a training, or choose a run above.")
    return run


def step_of(step: int | None) -> int | None:
    """The step to search at; None for the newest."""
    return None if step == NEWEST else step
