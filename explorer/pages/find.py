"""Find: which clips sound like this one to the model, where would it lie on the map, how alike are two sounds?"""

from typing import Any

import gradio as gr

from explorer.components import InView, Looked, SimilarityChart, WordsField, clips_to_pick, run_of, said
from explorer.pages import find_api
from explorer.pages.find_comparison import NO_PAIR, wire_comparison
from explorer.pages.find_ranking import Ranking
from explorer.pages.find_search import ASK_SECONDS, Search
from explorer.pages.frame import Frame
from explorer.pages.insisting import insist
from explorer.pages.sound_source import SoundSource

LATER_SECONDS = 20.0
"""Between two looks for sounds that nobody is opening: somebody may bring them yet."""


def build(frame: Frame) -> None:
    """The page's components and what they do."""
    first, second = SoundSource(frame, "find", shared=True), SoundSource(frame, "other", offers_chosen=True)
    with gr.Row(elem_id="find"):
        with gr.Column(scale=4, min_width=320):
            first.offer()
            words = WordsField(elem_id="find-words")
        with gr.Column(scale=9, min_width=320):
            first.show("Choose a clip, drop a file, or record a sound: it is searched for at once.")
    search = Search(frame, first, words)
    gr.HTML("<h2>Compare with a second sound</h2>", elem_classes="heading", js_on_load=None, apply_default_css=False)
    with gr.Row(elem_id="compare-sounds"):
        with gr.Column(scale=4, min_width=320):
            second.offer()
        with gr.Column(scale=9, min_width=320):
            second.show("Choose a second sound to compare with the one above.")
            chart = SimilarityChart(empty=NO_PAIR, elem_id="similarity")
    gr.HTML(
        "<h2>Rank several sounds by how unusual they are</h2>",
        elem_classes="heading",
        js_on_load=None,
        apply_default_css=False,
    )
    ranking = Ranking(frame)
    in_view = InView()
    # Before what else is asked of a run: Gradio (6.31) asks one after the other.
    _wire_pickers(frame, in_view, first, second)
    search.wire(in_view)
    wire_comparison(frame, in_view, first, second, chart)
    ranking.wire(in_view, search.step)
    find_api.add(frame)


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
