"""The doorkeeper before and behind the handlers."""

import asyncio
from typing import Any, ClassVar

import gradio as gr
import pytest

from explorer.components import Choice, SoundPlayer
from explorer.components.browser_part import BrowserPart
from explorer.components.sound_player import SOUND
from explorer.gradio_patches.typed_blocks import FileAnswered, TypedBlocks

FILE = {"path": "plain.txt", "meta": {"_type": "gradio.FileData"}}
HIDDEN = {"path": "", "x": FILE}


class Rows(BrowserPart):
    """A part whose event carries a sound."""

    module, kind = "sound/clips.js", "part-clips"
    sends: ClassVar[dict[str, Any]] = {"index": int, "value": {"sound": SOUND, "label": str}}


def asked(inputs: list[Any], event: Any = None, answer: Any = None) -> tuple[list[Any], Any]:
    """What a handler of a choice, a player, a text and a state is given, and the event; it answers by `answer`."""
    given: list[Any] = []

    def handler(chosen: Any, shown: Any, text: Any, told: gr.SelectData) -> Any:
        given.extend([chosen, shown, text, told.value])
        return answer

    async def call() -> Any:
        with TypedBlocks() as page:
            rows, player = Rows(module="a.js"), SoundPlayer()
            rows.select(handler, [Choice(choices=["a"]), player, gr.Textbox()], player)
        return await page.process_api(0, inputs, event_data=gr.EventData(None, event))

    return given, asyncio.run(call())["data"]


def test_security_a_handler_is_given_typed_values_alone() -> None:
    row = {"sound": {"upload": HIDDEN, "fingerprint": "f", "index": 1}, "label": "bell", "more": HIDDEN}
    given, _ = asked(["b", row, HIDDEN], {"index": 0, "value": row})
    sound = {"fingerprint": "f", "index": 1}
    assert given == ["b", {"sound": sound}, None, {"sound": sound, "label": "bell"}]


@pytest.mark.parametrize("event", [None, [], HIDDEN, {"value": HIDDEN}])
def test_security_an_event_that_is_none_of_its_parts_tells_nothing(event: Any) -> None:
    given, _ = asked([HIDDEN, [HIDDEN], 3], event)
    assert given[:3] == [None, None, None]
    assert not given[3]


@pytest.mark.parametrize("answer", [FILE, [FILE], {"rows": [{"deep": FILE}]}])
def test_security_no_answer_with_a_file_leaves(answer: Any) -> None:
    with pytest.raises(FileAnswered):
        asked([None, None, None], answer=answer)


def test_an_answer_of_ours_leaves() -> None:
    assert asked([None, None, None], answer={"title": "x"})[1] == [{"title": "x"}]
