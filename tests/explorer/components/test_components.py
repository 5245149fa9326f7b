"""Our components: static templates, values as JSON, events that Gradio can bind."""

import asyncio
import base64
from typing import Any

import gradio as gr
import numpy as np
import pytest

from explorer import components
from explorer.components import ClipList, EmbeddingMap, RunState, SettingsForm, clip_sound, clips_to_pick, upload_sound
from explorer.components.browser_part import BrowserPart
from explorer.web.assets import asset_url, files

ALL: list[type[BrowserPart]] = [
    kind for kind in vars(components).values() if isinstance(kind, type) and issubclass(kind, BrowserPart)
]


@pytest.mark.parametrize("kind", ALL)
def test_security_template_is_static_and_the_module_exists(kind: type[BrowserPart]) -> None:
    part = kind({"run": "<script>alert(1)</script>"})
    config = part.get_config()
    assert config["html_template"].startswith('<div class="part ')
    assert not set("${}`<>").intersection(
        config["html_template"].replace('<div class="part', "").replace('"></div>', "")
    )
    named = {name for name in files() if name.startswith("js/") and asset_url(name) in config["js_on_load"]}
    (module,) = named - {"js/core/page.js"}
    assert "export function mount(root" in files()[module].read_text()
    assert config["apply_default_css"] is False


@pytest.mark.parametrize("kind", ALL)
def test_values_are_objects_that_pass_unchanged(kind: type[BrowserPart]) -> None:
    value = {"run": "a", "rows": [1, None, "x"]}
    part = kind(value)
    assert part.preprocess(part.postprocess(value)) == value  # type: ignore[arg-type, comparison-overlap]  # gr.HTML types its value as text
    assert part.api_info() == {"type": "object"}


def test_own_and_builtin_events_can_be_bound() -> None:
    async def bound() -> int:  # Gradio makes an event loop for itself where none runs, and leaves it open
        with gr.Blocks() as page:
            state, clips, form, places = RunState(), ClipList(), SettingsForm(), EmbeddingMap()
            for event in (state.pause, state.resume, state.stop, clips.select, form.change, places.select):
                event(lambda: None, None, None)
        return len(page.fns)

    assert asyncio.run(bound()) == 6
    with pytest.raises(AttributeError):
        ClipList().resume  # noqa: B018  (the access itself must fail)


def test_sounds_are_addresses() -> None:
    assert clip_sound("abc", 3) == {"fingerprint": "abc", "index": 3}
    assert upload_sound("t") == {"upload": "t"}


def test_settings_of_components_reach_the_browser() -> None:
    def props(part: BrowserPart) -> dict[str, Any]:
        return dict(part.get_config()["props"])

    assert props(EmbeddingMap(panel=False))["panel"] is False
    assert props(ClipList(action="Search"))["action"] == "Search"
    assert props(RunState(compact=True))["compact"] is True


def test_only_declared_triggers_are_events() -> None:
    for part in (EmbeddingMap(panel=False), ClipList(action="Search"), RunState(compact=True)):
        for name in ("panel", "empty", "action", "compact"):
            assert not hasattr(part, name)
    assert callable(RunState().pause)


def test_clips_to_pick_say_where_in_their_file_they_lie(make_dataset: Any) -> None:
    assert "windows" not in clips_to_pick(make_dataset(4))["set"]
    of_one = make_dataset(4, one_file=True, fingerprint="1" * 64)
    sent = np.frombuffer(base64.b64decode(clips_to_pick(of_one)["set"]["windows"]), "<f4").reshape(4, 2)
    np.testing.assert_allclose(sent, of_one.windows(), rtol=1e-6)
