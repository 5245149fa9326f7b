"""Listen: see and hear a sound, and the two views of it that a model would be trained on."""

import threading
from typing import Any

import gradio as gr

from explorer.components import SettingsForm, SoundPlayer, clips_to_pick, said
from explorer.components.notice import Notice
from explorer.pages.data_choice import DataChoice
from explorer.pages.frame import Frame
from explorer.pages.kept import keep, kept
from explorer.pages.listen_views import DOMAINS, EXPLAINED, views_form, views_of, warm_up
from explorer.pages.sound_source import SoundSource

WORD = "listen"
"""What the address calls this page, which is also the one that opens first."""
ASK_SECONDS = 1.0
EMPTY_VIEW = "Press “Two views”: this is what a model would be given in place of the clip."


def build(frame: Frame) -> None:
    """The page's components and what they do."""
    source = SoundSource(frame, "listen", eager=True, shared=True)
    with gr.Row(elem_id="listen"):
        with gr.Column(scale=4, min_width=320):
            data = DataChoice(frame, "listen-data", "Sounds")
            source.offer()
        with gr.Column(scale=9, min_width=320):
            source.show("Choose a clip, drop a file, or record a sound.")
    _wire_data(frame, source, data)
    _Views(frame, source, data.choice).wire()


def _wire_data(frame: Frame, source: SoundSource, data: DataChoice) -> None:
    """The clips of the chosen set are offered as soon as they are open."""
    choice = data.choice
    data.shown_in(source.picker, clips_to_pick)
    data.wire()

    def arrived(chosen: str | None, request: gr.Request) -> tuple[Any, ...]:
        """Who came for another page has no sounds made for them."""
        here = request.query_params.get("tab", WORD) == WORD
        return data.look(chosen) if here else (gr.skip(),) * len(data.shown)

    def offered(chosen: str | None) -> gr.Dropdown:
        return data.offered(chosen or frame.data)

    frame.page.load(offered, choice, choice, js=kept(choice), **frame.quiet)
    frame.page.load(arrived, choice, data.shown, js=kept(choice), **frame.quiet)
    assert frame.tab is not None, "each page is built inside its tab"
    frame.tab.select(data.look, choice, data.shown, **frame.quiet)


class _Views:
    """The lower half: the augmentations with their switches and sliders, and the two views."""

    def __init__(self, frame: Frame, source: SoundSource, data: gr.Dropdown):
        self.frame = frame
        self.source = source
        self.data = data
        gr.HTML(
            "<h2>What a model is given instead</h2>", elem_classes="heading", js_on_load=None, apply_default_css=False
        )
        with gr.Row(elem_id="views-bar"):
            self.make = gr.Button(
                "Two views", variant="primary", elem_id="two-views", size="md", scale=0, min_width=130
            )
            self.again = gr.Button("Roll again", elem_id="views-again", size="md", scale=0, min_width=130)
            self.seed = gr.Number(
                0, label="Seed", precision=0, minimum=0, maximum=2**31, elem_id="views-seed", scale=0, min_width=130
            )
            self.domain = gr.Radio(
                list(DOMAINS.items()), value="mel", label="What the encoder hears", elem_id="views-domain", scale=1
            )
        with gr.Row(elem_id="views-pair"):
            with gr.Column(min_width=300):
                self.first = SoundPlayer(empty=EMPTY_VIEW, elem_id="view-1")
            with gr.Column(min_width=300):
                self.second = SoundPlayer(empty=EMPTY_VIEW, elem_id="view-2")
        self.notice = Notice(said(EXPLAINED["mel"]), elem_id="views-notice")
        self.form = SettingsForm(elem_id="views-form")

    def wire(self) -> None:
        """The button makes views; afterwards every change of a setting or of the sound makes them anew."""
        page, quiet = self.frame.page, self.frame.quiet
        page.load(lambda domain: {"groups": views_form(domain)}, self.domain, self.form, js=kept(self.domain), **quiet)
        page.load(None, [self.domain, self.seed], [self.domain, self.seed], js=kept(self.domain, self.seed))
        for chosen in (self.domain.input, self.seed.input):
            chosen(None, [self.domain, self.seed], None, js=keep(self.domain, self.seed))
        inputs = [self.source.player, self.form, self.domain, self.seed, self.data]
        outputs = [self.first, self.second, self.notice]
        made: dict[str, Any] = {
            **self.frame.latest_only,
            "concurrency_id": "views",
            "concurrency_limit": 2,
        }
        busy = "() => ({text: 'Making the two views …', tone: 'busy'})"
        gr.on([self.make.click, self.again.click], None, None, self.notice, js=busy)
        gr.on([self.make.click, self.seed.submit], self._views, inputs, outputs, **made)
        other = "() => Math.floor(Math.random() * 1e6)"
        self.again.click(None, None, self.seed, js=other).then(self._views, inputs, outputs, **made)
        gr.on([self.form.change, self.source.player.change], self._anew, [self.first, *inputs], outputs, **made)
        self.domain.input(self._of_domain, self.domain, [self.form, self.notice], **quiet).then(
            self._anew, [self.first, *inputs], outputs, **made
        )
        self.source.picker.select(self._warm_up, None, None, **quiet)

    def _warm_up(self, event: gr.SelectData) -> None:
        """Whoever picks clips will want to hear their views: what these need is imported beside."""
        if isinstance(event.value, dict) and not event.value.get("first"):
            threading.Thread(target=warm_up, name="warm up views", daemon=True).start()

    def _of_domain(self, domain: str) -> tuple[Any, Any]:
        return {"groups": views_form(domain)}, said(EXPLAINED.get(domain, ""))

    def _anew(self, shown: Any, *inputs: Any) -> tuple[Any, Any, Any]:
        return self._views(*inputs) if isinstance(shown, dict) and shown.get("sound") else (gr.skip(),) * 3

    def _views(self, chosen: Any, form: Any, domain: str, seed: float | None, data: str | None) -> tuple[Any, Any, Any]:
        found = views_of(
            chosen,
            form,
            domain,
            seed,
            self.frame.reference(data),
            self.frame.services.library.open_datasets,
            self.frame.services.uploads,
        )
        first, second = (gr.skip() if view is None else view for view in (found.first, found.second))
        return first, second, found.notice
