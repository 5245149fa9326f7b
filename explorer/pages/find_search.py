"""Find: the search by a sound or by words, and what it says: the list, the map, how unusual the sound is."""

import contextlib
from typing import Any

import gradio as gr

from explorer.components import (
    Asked,
    Choice,
    ClipList,
    EmbeddingMap,
    InView,
    Looked,
    Notice,
    WordsField,
    run_of,
    said,
    words_of,
)
from explorer.pages.find_answers import (
    LONGEST_SAID,
    clip_of,
    labels_of,
    map_of,
    rows_of,
    said_words,
    unusual_words,
    weights_words,
)
from explorer.pages.find_comparison import named
from explorer.pages.frame import Frame
from explorer.pages.sound_source import SoundSource
from explorer.runs.library import Sounds
from explorer.runs.method_titles import method_title
from explorer.runs.points import points
from explorer.search.matches import Matches
from explorer.search.words import reads
from explorer.services import Services
from explorer.sounds.sound import waveform_of
from training.data.names import readable_name
from training.errors import UserError

ASK_SECONDS = 1.5
SHOWN = 10
"""Rows that are waited for; the list shows more of the neighbours when it is asked to."""
NEIGHBOURS = 100
MANY = f"{{waiting: {SHOWN}}}"
SOUND_ASKED = f"(chosen, list, words) => chosen?.sound ? [{MANY}, {{...words, words: null}}] : [list, words]"
"""JavaScript, as those below: a sound takes the place of words, and its list is waited for."""
WORDS_ASKED = f"(words, chosen, list) => words?.words ? [null, {MANY}] : [chosen, list]"
"""Words take the place of a sound."""
WORDS_AWAITED = f"(words, list) => words?.words ? {MANY} : list"
OF_SOUND = "(run, chosen, step) => [run, chosen, step, null]"
NEWEST = -1
"""Stands for the newest weights in the choice of a step."""
NO_QUERY = "Choose a sound above: the clips that the model finds most alike are listed here."
UNREAD = (
    f"This run has not learned to read, so it can't be searched by words; a run of “{method_title('audio_text')}” can."
)
NOTHING_LISTED: dict[str, Any] = {"rows": []}
"""The list where nothing is asked."""


class Search:
    """What lies near the sound, or the words, and where it lies on the map; asked again until all clips were searched."""

    def __init__(self, frame: Frame, source: SoundSource, words: WordsField):
        self.frame = frame
        self.source = source
        self.words = words
        with gr.Row(elem_id="found"):
            with gr.Column(scale=4, min_width=320):
                self.step = Choice(label="Weights", choices=[("the newest", NEWEST)], value=NEWEST, elem_id="find-step")
                self.step.accepts = int  # type: ignore[misc]  # of this one alone, whose choices are numbers
                self.notice = Notice(elem_id="found-notice")
                self.unusual = Notice(elem_id="found-unusual")
                self.list = ClipList(
                    empty=NO_QUERY, action="Search from this one", threshold=True, in_turn=True, elem_id="found-list"
                )
            with gr.Column(scale=9, min_width=320):
                self.map = EmbeddingMap(panel=False, elem_id="find-map")
        self.timer = gr.Timer(ASK_SECONDS, active=False)

    def wire(self, in_view: InView) -> None:
        """A new sound, new words, another run or another step begins a search; a sound takes the place of words, and they of it."""
        run, player, words = in_view, self.source.player, self.words
        quiet, once_more, latest_only = self.frame.quiet, self.frame.once_more, self.frame.latest_only
        if self.frame.tab is not None:
            self.frame.tab.select(self._begin_early, self.frame.run, None, **quiet)
        inputs = [run, player, self.step, words]
        outputs = [self.list, self.notice, self.map, self.timer]
        searched: dict[str, Any] = {**latest_only, "concurrency_id": "find", "concurrency_limit": 4}
        player.change(None, [player, self.list, words], [self.list, words], js=SOUND_ASKED)
        words.ask(None, [words, player, self.list], [player, self.list], js=WORDS_ASKED)
        in_view.seen(None, [words, self.list], self.list, js=WORDS_AWAITED)
        of_run = in_view.seen(self._of_run, [run, words], [self.step, words, self.list, self.notice], **once_more)
        # How unusual a sound is is asked apart: the first time of a run takes seconds, which the list needn't wait for.
        unusual = self._how_unusual
        for of_sound, ask, again, told in (
            (self._search_sound, self._search, self._search_again, outputs),
            (unusual, unusual, unusual, self.unusual),
        ):
            player.change(of_sound, inputs, told, js=OF_SOUND, **searched)
            words.ask(ask, inputs, told, **searched)  # a part's own event can't be one of several
            self.step.input(ask, inputs, told, **searched)
            of_run.then(again, inputs, told, **searched)
        self.step.focus(self._of_run_again, [run, self.step], self.step, **quiet)
        self.timer.tick(self._search_on, inputs, outputs, **latest_only)

    def _begin_early(self, looked: Looked) -> None:
        """Whoever opens the page will search: the model is loaded and the clips are embedded meanwhile."""
        with contextlib.suppress(UserError):
            self.frame.services.finder.prepare(named(run_of(looked)))

    def _asked(self, looked: Looked, words: Asked) -> str:
        """The words that are asked: a link may say some of a run that reads none."""
        asked = words_of(words)
        return asked if asked and self.frame.services.finder.reads(run_of(looked) or "") else ""

    def _search_sound(self, looked: Looked, chosen: Any, step: int | None, words: Asked) -> tuple[Any, Any, Any, Any]:
        """A player that is emptied asks nothing: words are asked in its place, or nothing is."""
        return self._search(looked, chosen, step, words) if sound_of(chosen) else (gr.skip(),) * 4

    def _search(self, looked: Looked, chosen: Any, step: int | None, given: Asked) -> tuple[Any, Any, Any, Any]:
        run, idle = run_of(looked), gr.Timer(active=False)
        sound, words = sound_of(chosen), self._asked(looked, given)
        if not sound and not words:
            return NOTHING_LISTED, None, map_of(run), idle
        try:
            folder = self.frame.services.library.run(named(run))
            if folder is None:
                raise UserError(f"There is no run called {run}.")
            found = _found(self.frame.services, named(run), sound, words, step_of(step))
        except UserError as error:
            return {"rows": [], "empty": str(error)}, None, map_of(run), idle
        sounds, main_facet = self.frame.services.library.sounds(folder), points(folder).main_facet
        dataset = sounds.dataset
        own = {} if words else labels_of(sound, dataset)
        rows = rows_of(found, dataset, main_facet, own, None if words else clip_of(sound, dataset))
        rows = [row for row in rows if words or row["sound"] is None or row["sound"] != sound][:NEIGHBOURS]
        going_on = not found.complete and is_awaited(sounds)
        weights = weights_words(found.step, newest=step_of(step) is None, active=folder.status().active)
        text = f"{whose(chosen, words)}{found.note} {weights}{said_words(found)}"
        told = said(text, "busy" if going_on else "")
        place = map_of(run, found, of_run=bool(own), words=bool(words))
        return {"rows": rows}, told, place, gr.Timer(active=going_on)

    def _how_unusual(self, looked: Looked, chosen: Any, step: int | None, words: Asked) -> Any:
        """Beside the clips on the map; of a clip of the data beside those of other recordings. What goes wrong, the search says."""
        services, sound = self.frame.services, sound_of(chosen)
        run = services.library.run(run_of(looked) or "")
        if self._asked(looked, words) or not sound or run is None:
            return said("")
        try:
            waveform = waveform_of(sound, services.library.open_datasets, services.uploads)
            own = clip_of(sound, services.library.sounds(run).dataset)
            share = services.finder.more_unusual_than(run.name, waveform, step_of(step), own)
            return said(unusual_words(share, own=own is not None))
        except UserError:
            return said("")

    def _search_again(self, looked: Looked, chosen: Any, step: int | None, words: Asked) -> tuple[Any, Any, Any, Any]:
        """By another run, where a sound or words are asked for: the list stays else, since a sound may be on its way to it."""
        found = self._search(looked, chosen, step, words)
        return found if found[0] is not NOTHING_LISTED else (gr.skip(), gr.skip(), *found[2:])

    def _search_on(self, looked: Looked, chosen: Any, step: int | None, words: Asked) -> tuple[Any, Any, Any, Any]:
        """While only the probe was searched: say how far the rest is, and search again when it is there."""
        try:
            left = self.frame.services.finder.prepare(named(run_of(looked)), step_of(step))
        except UserError as error:
            return gr.skip(), said(str(error), "bad"), gr.skip(), gr.Timer(active=False)
        if not left:
            return self._search(looked, chosen, step, words)
        folder = self.frame.services.library.run(named(run_of(looked)))
        going_on = folder is not None and is_awaited(self.frame.services.library.sounds(folder))
        told = said(
            f"{whose(chosen, self._asked(looked, words))}{'So far' if going_on else 'Only'} the clips of the map were searched. {left}",
            "busy" if going_on else "",
        )
        return gr.skip(), told, gr.skip(), gr.Timer(active=going_on)

    def _of_run(self, looked: Looked, words: Asked) -> tuple[gr.Dropdown, Any, Any, Any]:
        """The newest weights, and whether the run reads words; what they found of another run goes."""
        run, asked = self.frame.services.library.run(run_of(looked) or ""), words_of(words)
        reading = run is not None and reads(run)
        listed = (NOTHING_LISTED, None) if asked and not reading else (gr.skip(), gr.skip())
        note = "" if run is None else UNREAD
        return self._of_run_again(looked, NEWEST), {"reads": reading, "note": note, "words": asked}, *listed

    def _of_run_again(self, looked: Looked, step: int | None) -> gr.Dropdown:
        folder = self.frame.services.library.run(run_of(looked) or "")
        steps = [] if folder is None else folder.checkpoints()
        choices = [("the newest", NEWEST), *((f"step {s:,}", s) for s in reversed(steps))]
        return gr.Dropdown(choices=choices, value=step if step in steps else NEWEST)


def sound_of(chosen: Any) -> Any:
    """The address of the sound in a player's value; None for none."""
    return chosen.get("sound") if isinstance(chosen, dict) else None


def _found(services: Services, run: str, sound: Any, words: str, step: int | None) -> Matches:
    """What lies near the words, or where there are none near the sound. Raises UserError."""
    if words:
        return services.finder.find_words(run, words, step, NEIGHBOURS)
    waveform = waveform_of(sound, services.library.open_datasets, services.uploads)
    return services.finder.find(run, waveform, step, NEIGHBOURS + 1)


def whose(chosen: Any, words: str) -> str:
    """Of which sound or words the clips are nearest: another one may have been refused meanwhile, and these stay."""
    if words:
        return f"Nearest to the words “{readable_name(words, LONGEST_SAID)}”. "
    title = chosen.get("title") if isinstance(chosen, dict) else None
    return f"Nearest to “{title}”. " if isinstance(title, str) and title else ""


def is_awaited(sounds: Sounds) -> bool:
    """Whether all clips of a run can be searched, now or as soon as they are open."""
    return sounds.dataset is not None or sounds.opening


def step_of(step: int | None) -> int | None:
    """The step to search at; None for the newest."""
    return None if step == NEWEST else step
