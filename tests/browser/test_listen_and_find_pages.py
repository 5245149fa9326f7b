"""The pages Listen and Find in a real browser: sounds that are chosen, sent, changed, found again and compared."""

import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.browser.conftest import ROOT, Seen, Site
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER

pytestmark = pytest.mark.browser

SLOW_MS = 120_000
CALLED = re.compile(r"/run/predict|/queue/join")
"""How Gradio's page calls its server."""
LISTEN = "() => { window.heard = []; document.addEventListener('hearsight:sound', e => heard.push(e.detail.key)); }"
DROP = """(data) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], "mine.wav", { type: "audio/wav" }));
    const told = { bubbles: true, cancelable: true, dataTransfer: files };
    const kept = (name, place) => !document.querySelector(place).dispatchEvent(new DragEvent(name, told));
    return [kept("dragover", "#listen-player"), kept("drop", "#listen-player")];
}"""
"""Drops a sound beside the box for sounds; whether the page keeps the browser from opening it instead."""
SCRIPT_NAME = "<img src=x onerror=alert(1)>.wav"


def tone(hz: float, seconds: float = 0.6) -> np.ndarray:
    times = np.arange(int(16_000 * seconds)) / 16_000
    sound: np.ndarray = 0.3 * np.sin(2 * np.pi * hz * times) * np.exp(-2 * times)
    return sound


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on forty sounds in two classes, with a run that was trained on them for a moment."""
    site = Site(tmp_path_factory.mktemp("sounds"))
    sounds = site.folder / "sounds"
    for i in range(20):
        for name, hz in (("high", 2_000 + 20 * i), ("low", 200 + 5 * i)):
            path = sounds / name / f"{i}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, tone(hz), 16_000)
    site.environment["HEARSIGHT_DATA"] = str(sounds)
    command = [sys.executable, "-m", "training", "run", "--data", str(sounds), "--steps", "4", "--set", "batch_size=16"]
    environment = {**os.environ, **site.environment}
    subprocess.run([*command, "--out", str(site.runs / "made")], cwd=ROOT, env=environment, check=True, timeout=280)
    site.open()
    yield site
    site.close()


def title(page: Any, player: str) -> str:
    return str(page.locator(f"#{player} .player-title").text_content())


def send(page: Any, source: str, path: Path) -> None:
    page.locator(f"#{source}-audio input[type=file]").set_input_files(path)


def test_a_sound_is_recorded(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site)
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for(timeout=SLOW_MS)
    page.get_by_label("Record audio").click()
    page.locator("#listen-audio .record-button").click()
    page.wait_for_timeout(1500)
    page.locator("#listen-audio .stop-button").click()
    page.wait_for_function("document.querySelector('#listen-player .player-title')?.textContent === 'Your recording'")
    page.locator("#listen-player .player[data-state=shown]").wait_for(timeout=SLOW_MS)  # its picture, after its name
    said = page.locator("#listen-player").inner_text()
    assert "kept for less than an hour" in said and "RMS −" in said, said  # the microphone beeps: it isn't silent
    assert not seen.troubles, seen.troubles


def test_a_sound_that_is_dropped_beside_the_box_is_taken(site: Site, look: Callable[..., Seen], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "mine.wav", tone(440), 16_000)
    page = look(site).open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for(timeout=SLOW_MS)
    assert page.evaluate(DROP, b64encode((tmp_path / "mine.wav").read_bytes()).decode()) == [True, True]
    page.wait_for_function("document.querySelector('#listen-player .player-title')?.textContent === 'mine.wav'")


def test_a_clip_is_heard_and_its_two_views(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site)
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for(timeout=SLOW_MS)
    page.evaluate(LISTEN)
    page.locator("#listen-picker").get_by_role("button", name="Random").click()
    page.wait_for_function("heard.length === 1")
    assert title(page, "listen-player") in ("high", "low")
    views = page.locator("#views-pair .player[data-state=shown]")
    views.nth(1).wait_for(timeout=SLOW_MS)
    assert all(re.search(r"\d", line) for line in page.locator("#views-pair .view-line").all_inner_texts())
    alike = page.locator("#views-pair .pair-alike").filter(has_text="To the model these two are more alike")
    alike.wait_for(timeout=SLOW_MS)
    views.nth(1).get_by_role("button", name="Play").click()
    page.wait_for_function("heard.length === 2 && heard[1].startsWith('v:1:')", timeout=SLOW_MS)
    switch = page.locator("#views-form [data-name=mixup] input[role=switch]")
    assert switch.is_checked()
    switch.click()
    assert page.locator("#views-form [data-name=mixup] input[type=text]").input_value() == "0"
    switch.click()
    assert page.locator("#views-form [data-name=mixup] input[type=text]").input_value() != "0"
    assert (seen.troubles, seen.elsewhere) == ([], [])


def test_a_change_of_an_augmentation_asks_once_and_shows_that_it_is_busy(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site, height=800)
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url) if CALLED.search(request.url) else None)
    drawn: list[str] = []
    seen.page.on("request", lambda request: drawn.append(request.url) if "/x/views?" in request.url else None)
    page = seen.open("tab=listen&run=made")
    page.locator("#views-pair .player[data-state=shown]").nth(1).wait_for(timeout=SLOW_MS)
    page.locator("#views-pair .pair-alike").filter(has_text="To the model").wait_for(timeout=SLOW_MS)
    asked.clear()
    drawn.clear()
    busy = "() => { window.busy = []; new MutationObserver(() => busy.push(document.querySelector('#views-pair .pair').ariaBusy))"
    page.evaluate(busy + ".observe(document.querySelector('#views-pair .pair'), {attributes: true}); }")
    lines = page.locator("#views-pair .view-line").all_inner_texts()
    page.locator("#views-form [data-name=noise] input[role=switch]").click()
    page.wait_for_function("busy.length === 2", timeout=SLOW_MS)
    page.wait_for_timeout(500)
    assert page.evaluate("busy") == ["true", "false"]
    assert (len(drawn), asked) == (1, [])
    assert page.locator("#views-pair .view-line").all_inner_texts() != lines
    page.get_by_role("button", name="Draw again").click()
    page.wait_for_function("busy.length === 4", timeout=SLOW_MS)
    page.locator("#views-domain").get_by_label("Waveform views").click()
    page.wait_for_function("busy.length === 6", timeout=SLOW_MS)
    page.wait_for_timeout(500)
    assert len(drawn) == 3
    page.locator("#views-pair .pair-alike").filter(has_text="another front end").wait_for(timeout=SLOW_MS)
    assert not seen.troubles, seen.troubles


def test_the_keyboard_moves_between_tabs_and_passes_through_the_field_of_sounds(
    site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(site)
    page = seen.open("tab=listen&run=made")
    page.locator("#views-pair .player[data-state=shown]").nth(1).wait_for(timeout=SLOW_MS)
    page.locator("#listen-picker").get_by_role("button", name="Random").click()
    counter = page.locator("#listen-picker .picker-counter").inner_text()
    page.locator("#listen-data input").focus()
    page.keyboard.press("Tab")
    page.wait_for_timeout(1000)
    assert page.evaluate("document.activeElement.closest('#listen-picker') !== null")
    assert page.locator("#listen-picker .picker-counter").inner_text() == counter
    page.locator("#tab-listen-button").focus()
    for key, tab in (("ArrowRight", "find"), ("ArrowLeft", "listen"), ("End", "methods"), ("ArrowRight", "live")):
        page.keyboard.press(key)
        page.wait_for_function(f"document.activeElement.id === 'tab-{tab}-button'")
        assert page.locator(f"#tab-{tab}-button").get_attribute("aria-selected") == "true"
    assert not seen.troubles, seen.troubles


def test_the_sound_and_its_two_views_are_on_one_screen(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site, height=800)
    page = seen.open("tab=listen")
    page.locator("#views-pair .player[data-state=shown]").nth(1).wait_for(timeout=SLOW_MS)
    for part in ("#listen-player canvas", "#views-pair canvas >> nth=0", "#views-pair canvas >> nth=1"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 800, (part, box)


def test_another_set_is_chosen_and_one_that_is_not_here_can_be_fetched(
    site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(site)
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for(timeout=SLOW_MS)
    for name in ("lark", "wren"):
        (tmp_path / "birds" / name).mkdir(parents=True)
        soundfile.write(tmp_path / "birds" / name / "a.wav", tone(900), 16_000)
    choice = page.locator("#listen-data input")
    choice.fill(str(tmp_path / "birds"))
    choice.press("Enter")
    page.wait_for_function("document.querySelector('#listen-player .player-title').textContent === 'lark'")
    choice.fill("esc50")
    choice.press("Enter")
    page.locator("#listen-data-notice").filter(has_text="not on this machine yet").wait_for(timeout=SLOW_MS)
    assert page.locator("#listen-data-download").is_visible()
    assert not page.locator("#listen-picker .picker-controls").is_visible()


def test_bad_files_are_refused_in_a_sentence_and_the_next_is_taken(
    site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(site)
    page = seen.open("tab=listen")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.locator("#listen-player .player[data-state=shown]").wait_for(timeout=SLOW_MS)
    notice = page.locator("#listen-notice .notice-line")
    (tmp_path / "list.mp3").write_text("#EXTM3U\n/etc/passwd\n")
    (tmp_path / "noise.wav").write_bytes(np.random.default_rng(0).bytes(5_000))
    soundfile.write(tmp_path / "nan.wav", np.full(8_000, np.nan, np.float32), 16_000, subtype="FLOAT")
    soundfile.write(tmp_path / "long.flac", np.zeros(16_000 * 40, np.int16), 16_000)
    for name, told in (
        ("list.mp3", "it is a playlist"),
        ("noise.wav", "it holds no sound in a known format"),
        ("nan.wav", "not a number"),
        ("long.flac", "it is longer than 30 seconds"),
    ):
        send(page, "listen", tmp_path / name)
        notice.filter(has_text=told).wait_for(timeout=SLOW_MS)
    soundfile.write(tmp_path / SCRIPT_NAME, tone(440), 16_000)
    send(page, "listen", tmp_path / SCRIPT_NAME)
    page.wait_for_function("document.querySelector('#listen-player .player-title').textContent.includes('onerror')")
    assert dialogs == []


def test_a_sound_is_found_searched_from_and_compared(site: Site, tmp_path: Path, look: Callable[..., Seen]) -> None:
    seen = look(site)
    page = seen.open("tab=find&run=made")
    page.locator("#find-picker .picker-controls").wait_for(timeout=SLOW_MS)
    page.locator("#find-map .part-map[data-state=shown]").wait_for(timeout=SLOW_MS)
    soundfile.write(tmp_path / "mine.wav", tone(2_105), 16_000)
    send(page, "find", tmp_path / "mine.wav")
    page.locator("#found-notice").filter(has_text="All 40 clips").wait_for(timeout=SLOW_MS)
    assert title(page, "find-player") == "mine.wav"
    assert page.locator("#found-list .clip").count() == 10
    assert page.locator("#find-map .ring.mark").count() == 1
    nearest = page.locator("#found-list .clip-label").first.inner_text()
    page.locator("#found-list .clip-act").first.click()
    page.wait_for_function("document.querySelector('#find-player .player-title').textContent !== 'mine.wav'")
    assert title(page, "find-player") == nearest
    page.locator("#other-picker").get_by_role("button", name="Random").click()
    page.locator("#similarity .similarity-verdict").filter(has_text="Similarity").wait_for(timeout=SLOW_MS)
    page.locator("#similarity .js-plotly-plot").wait_for(timeout=SLOW_MS)


def test_a_clip_is_found_by_its_words_with_the_keyboard_alone_and_all_found_are_heard(
    site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(site)
    page = seen.open("tab=find&run=made")
    field = page.locator("#find-picker").get_by_label("Search labels and files")
    field.wait_for(timeout=SLOW_MS)
    page.evaluate("window.heard = []; document.addEventListener('hearsight:sound', e => heard.push(e.detail.key))")
    field.fill("low")
    field.press("ArrowDown")
    matches = page.locator("#find-picker .text-matches .clip-hear")
    page.wait_for_function("document.activeElement.closest('.text-matches')")
    page.keyboard.press("ArrowDown")
    wanted = matches.nth(1).locator(".clip-label").inner_text()
    page.keyboard.press("Space")
    page.wait_for_function("heard.length === 1", timeout=SLOW_MS)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert field.evaluate("field => field === document.activeElement")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.closest('.text-matches')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#find-player .player-title", has_text=wanted).wait_for(timeout=SLOW_MS)
    page.locator("#found-list .clip").nth(9).wait_for(timeout=SLOW_MS)
    before = page.evaluate("heard.length")
    page.locator("#found-list .clips-hear-all").click()
    page.wait_for_function("before => heard.length >= before + 2", arg=before, timeout=SLOW_MS)
    page.locator("#found-list").get_by_role("button", name="Stop").click()
    page.locator("#found-list").get_by_role("button", name="Hear all").wait_for()
    assert seen.troubles == []


def test_another_run_is_told_to_the_server_once_find_is_looked_at(
    site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(site)
    events: list[str] = []
    seen.page.on("request", lambda request: events.append(request.url) if CALLED.search(request.url) else None)
    page = seen.open("tab=live&run=example")
    page.locator("#map .part-map[data-state=shown]").wait_for(timeout=SLOW_MS)

    def choose(run: str) -> None:
        page.locator("#run input").click()
        page.locator(f"#run [data-name={run}]").click()

    page.wait_for_timeout(1000)
    events.clear()
    choose("made")
    page.wait_for_function("document.querySelector('#map .part-map').view.run === 'made'")
    page.wait_for_timeout(1000)
    assert len(events) <= 1, events  # the list of runs asks for those there are when it is opened
    steps = page.locator("#find-step input")
    page.get_by_role("tab", name="Find").click()
    page.locator("#find-picker .picker-controls").wait_for(timeout=SLOW_MS)
    assert page.locator("#find-map .part-map").evaluate("root => root.view.run") == "made"
    choose("example")  # while Find is looked at
    page.wait_for_function("document.querySelector('#find-map .part-map').view.run === 'example'")
    steps.click()
    newest = RunFolder(EXAMPLE_FOLDER).checkpoints()[-1]
    page.get_by_role("option", name=f"step {newest:,}").wait_for()
    assert not seen.troubles, seen.troubles


def test_programs_ask_the_same(site: Site, tmp_path: Path) -> None:
    from gradio_client import Client, handle_file
    from gradio_client.exceptions import AppError

    client = Client(site.address, verbose=False, analytics_enabled=False)
    one, other, noise = tmp_path / "one.wav", tmp_path / "other.wav", tmp_path / "noise.wav"
    soundfile.write(one, tone(2_000), 16_000)
    soundfile.write(other, tone(250), 16_000)
    noise.write_bytes(b"no sound" * 100)
    found = client.predict(audio=handle_file(str(one)), count=3, api_name="/find")
    assert found["run"] == "made"
    scores = [neighbour["score"] for neighbour in found["neighbours"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert {"id", "clip", "labels"} <= set(found["neighbours"][0])
    same = client.predict(handle_file(str(one)), handle_file(str(one)), "made", api_name="/compare")
    assert same["cosine"] == pytest.approx(1, abs=1e-3)
    both = client.predict(handle_file(str(one)), handle_file(str(other)), "made", api_name="/compare")
    assert both["cosine"] < same["cosine"]
    assert [row["step"] for row in both["over_steps"]] == sorted(row["step"] for row in both["over_steps"])
    with pytest.raises(AppError, match=r"noise\.wav cannot be used"):
        client.predict(audio=handle_file(str(noise)), api_name="/find")
