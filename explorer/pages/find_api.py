"""The endpoints /find, /find_words and /compare, for programs: `gradio_client.Client(address).predict(…, api_name="/find")`."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import gradio as gr
import numpy as np

from explorer.components import refusal
from explorer.pages.find_answers import compared_json, found_json, shown_steps
from explorer.pages.frame import Frame
from training.errors import UserError

MOST_NEIGHBOURS = 100
P = ParamSpec("P")
R = TypeVar("R")


def add(frame: Frame) -> None:
    """Add them; they use no part of the page that is seen."""

    @_plain
    def find(audio: str | None, run: str, step: float | None, count: float | None) -> dict[str, Any]:
        name = _run(frame, run)
        waveform = _waveform(frame, audio)
        found = found_json(frame.services.finder.find(name, waveform, _step(step), _wanted(count)))
        return found | {"more_unusual_than": frame.services.finder.more_unusual_than(name, waveform, _step(step))}

    @_plain
    def find_words(text: str, run: str, step: float | None, count: float | None) -> dict[str, Any]:
        return found_json(frame.services.finder.find_words(_run(frame, run), text or "", _step(step), _wanted(count)))

    @_plain
    def compare(first: str | None, second: str | None, run: str) -> dict[str, Any]:
        name = _run(frame, run)
        sounds = _waveform(frame, first), _waveform(frame, second)
        folder = frame.services.library.run(name)
        steps: list[int | None] = [*shown_steps([] if folder is None else folder.checkpoints())]
        known = [frame.services.finder.compare(name, *sounds, step) for step in steps or [None]]
        return compared_json(name, known[0], known)

    with gr.Group(visible=False):
        audio, other = (gr.Audio(label=word, type="filepath", format=None) for word in ("audio", "second"))
        run = gr.Textbox("", label="run")
        text = gr.Textbox("", label="text")
        step = gr.Number(-1, label="step", precision=0)
        count = gr.Number(10, label="count", precision=0)
        answer = gr.JSON()
        ask, ask_words, ask_both = gr.Button(), gr.Button(), gr.Button()
    shared: dict[str, Any] = {"concurrency_id": "find", "concurrency_limit": 4, "show_progress": "hidden"}
    ask.click(
        find,
        [audio, run, step, count],
        answer,
        api_name="find",
        api_description="The clips nearest to a sound by a run's own model (the newest run where none is named): "
        "id, labels, cosine; and the sound's place on the map; where the run reads, the nearest texts too; and than "
        "how many per cent of the clips on the map it is more unusual. A step of -1 is the newest. While `complete` is false only "
        "the map's clips were searched: ask again.",
        **shared,
    )
    ask_words.click(
        find_words,
        [text, run, step, count],
        answer,
        api_name="find_words",
        api_description="The same of words, for a run of a method that reads what lies beside its sounds.",
        **shared,
    )
    ask_both.click(
        compare,
        [audio, other, run],
        answer,
        api_name="compare",
        api_description="How alike two sounds are to a run's model, now and over its snapshots, beside random pairs.",
        **shared,
    )


def _run(frame: Frame, asked: str | None) -> str:
    name = (asked or "").strip() or frame.services.library.latest()
    if name is None or frame.services.library.run(name) is None:
        raise UserError("There is no such run.")
    return name


def _step(asked: float | None) -> int | None:
    return None if asked is None or asked < 0 else int(asked)


def _wanted(count: float | None) -> int:
    return int(min(MOST_NEIGHBOURS, max(1, count or 10)))


def _waveform(frame: Frame, path: str | None) -> np.ndarray:
    if path is None:
        raise UserError("No sound was sent.")
    return frame.services.uploads.heard(path)


def _plain(answer: Callable[P, R]) -> Callable[P, R]:
    """The same endpoint, which answers a caller's mistake by its one sentence."""

    @functools.wraps(answer)
    def plain(*given: P.args, **named: P.kwargs) -> R:
        try:
            return answer(*given, **named)
        except UserError as error:
            raise refusal(str(error)) from None

    return plain
