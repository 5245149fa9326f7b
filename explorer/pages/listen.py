"""Listen: see and hear a sound, and the two views of it that a model would be trained on."""

import threading
from typing import Any

import gradio as gr

from explorer.components import AskedViews, Looked, SettingsForm, clips_to_pick, run_of, said
from explorer.components.notice import Notice
from explorer.pages.data_choice import DataChoice
from explorer.pages.frame import Frame, after_first
from explorer.pages.insisting import insist
from explorer.pages.kept import keep, kept, typed_before
from explorer.pages.listen_views import DOMAINS, EXPLAINED, views_form
from explorer.pages.sound_source import SoundSource

WORD = "listen"
"""What the address calls this page."""
EMPTY_VIEW = "What a model would be given in place of the clip is shown here."
WANTED = """(player, form, domain, seed, picker) => ({
    sound: player?.sound ?? null, domain, filled: form?.filled ?? {}, seed, data: picker?.set?.fingerprint ?? null,
})"""
"""The value of AskedViews; made in the browser, so that the server is asked for the views alone."""


def build(frame: Frame) -> None:
    """The page's components and what they do."""
    source = SoundSource(frame, "listen", eager=True, shared=True)
    with gr.Row(elem_id="listen"):
        with gr.Column(scale=4, min_width=300):
            data = DataChoice(frame, "listen-data", "Sounds")
            source.offer()
        with gr.Column(scale=9, min_width=320):
            source.show("Choose a clip, drop a file, or record a sound.")
            views = _Views(frame, source)
    views.settings()
    _wire_data(frame, source, data)
    views.wire()


def _wire_data(frame: Frame, source: SoundSource, data: DataChoice) -> None:
    """The clips of the chosen set are offered as soon as they are open; what their views need is imported beside.

    Until a visitor chooses one it is the set of the run that is looked at.
    """
    choice = data.choice
    data.shown_in(source.picker, clips_to_pick)
    data.wire()

    def arrived(chosen: str | None, looked: Looked, typed: str, request: gr.Request) -> tuple[Any, ...]:
        """Who came for another page has no sounds made for them."""
        if request.query_params.get("tab") == WORD:
            return opened(chosen, looked, typed, request)
        return data.offered(chosen or frame.data, typed), *(gr.skip(),) * len(data.shown)

    def opened(chosen: str | None, looked: Looked, typed: str, request: gr.Request) -> tuple[Any, ...]:
        frame.services.pairs.warm_up()
        threading.Thread(target=frame.services.finder.start, name="start listening", daemon=True).start()
        named = run_of(looked) or next(
            iter(request.query_params.getlist("run")), None
        )  # a page that just came tells of none
        sounds = chosen or data.of_run(named or frame.services.library.latest())
        return data.offered(sounds, typed), *data.look(sounds)

    asked: dict[str, Any] = {
        "inputs": [choice, frame.run, data.typed],
        "outputs": [choice, *data.shown],
        "js": typed_before(choice, or_none=True),
        **frame.quiet,
    }
    insist(frame.page.load, arrived, **asked)
    assert frame.tab is not None, "each page is built inside its tab"
    insist(frame.tab.select, opened, **asked)


class _Views:
    """Below the sound: the two views, and the augmentations with their switches and sliders."""

    def __init__(self, frame: Frame, source: SoundSource):
        self.frame = frame
        self.source = source
        with gr.Row(elem_id="views-bar"):
            self.domain = gr.Radio(
                list(DOMAINS.items()), value="mel", label="What the encoder hears", elem_id="views-domain", scale=1
            )
            self.seed = gr.Number(
                0, label="Seed", precision=0, minimum=0, maximum=2**31, elem_id="views-seed", scale=0, min_width=150
            )
            self.again = gr.Button("Draw again", elem_id="views-again", size="md", scale=0, min_width=120)
        self.pair = AskedViews(empty=EMPTY_VIEW, elem_id="views-pair")

    def settings(self) -> None:
        """Place what the views are made by."""
        gr.HTML("<h2>What is done to it</h2>", elem_classes="heading", js_on_load=None, apply_default_css=False)
        self.notice = Notice(said(EXPLAINED["mel"]), elem_id="views-notice")
        self.form = SettingsForm(elem_id="views-form")

    def wire(self) -> None:
        """Every change of a setting or of the sound has the views drawn anew."""
        page, quiet = self.frame.page, self.frame.quiet
        form = after_first(kept(self.domain))
        page.load(lambda domain: {"groups": views_form(domain)}, self.domain, self.form, js=form, **quiet)
        page.load(None, [self.domain, self.seed], [self.domain, self.seed], js=kept(self.domain, self.seed))
        for chosen in (self.domain.input, self.seed.input):
            chosen(None, [self.domain, self.seed], None, js=keep(self.domain, self.seed))
        other = "() => Math.floor(Math.random() * 1e6)"
        drawn_anew = self.again.click(None, None, self.seed, js=other)
        self.domain.input(self._of_domain, self.domain, [self.form, self.notice], **self.frame.once_more)
        inputs = [self.source.player, self.form, self.domain, self.seed, self.source.picker]
        for event in (self.form.change, self.source.player.change, self.seed.submit, drawn_anew.then):
            event(None, inputs, self.pair, js=WANTED)

    def _of_domain(self, domain: str) -> tuple[Any, Any]:
        return {"groups": views_form(domain)}, said(EXPLAINED.get(domain, ""))
