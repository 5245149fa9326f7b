"""Find: how alike two sounds are to the model, now and at every snapshot."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from explorer.components import InView, Looked, SimilarityChart, run_of
from explorer.pages.find_answers import curve_of, shown_steps, verdict
from explorer.pages.frame import Frame
from explorer.pages.sound_source import SoundSource
from explorer.search.comparison import SoundComparison
from explorer.sounds.sound import waveform_of
from training.errors import UserError

SHOW_SECONDS = 0.4
NO_PAIR = "Choose a second sound: how alike the model finds the two, now and at every snapshot, is shown here."


def wire_comparison(
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
                known.append(frame.services.finder.compare(named(run), a, b, step))
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


def named(run: str | None) -> str:
    """The run's name. Raises UserError where none is chosen."""
    if not run:
        raise UserError("No run is chosen. Start a training, or choose a run above.")
    return run
