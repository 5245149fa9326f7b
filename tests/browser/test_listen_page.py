"""The page Listen in a real browser: sounds that are chosen, sent and changed."""

import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from tests.browser.seen import CALLED, Seen, calm
from tests.browser.site import ROOT, Site
from tests.support.sound_files import tone, written

pytestmark = pytest.mark.browser

DROP = """(data) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], "mine.wav", { type: "audio/wav" }));
    const told = { bubbles: true, cancelable: true, dataTransfer: files };
    const kept = (name, place) => !document.querySelector(place).dispatchEvent(new DragEvent(name, told));
    return [kept("dragover", "#listen-player"), kept("drop", "#listen-player")];
}"""
"""Drops a sound beside the box for sounds; whether the page keeps the browser from opening it instead."""
SCRIPT_NAME = "<img src=x onerror=alert(1)>.wav"

CHOOSE_WEBM = """async () => {
    const context = new AudioContext();
    const [tone, end] = [context.createOscillator(), context.createMediaStreamDestination()];
    tone.connect(end);
    tone.start();
    const recorder = new MediaRecorder(end.stream, { mimeType: "audio/webm" });
    const done = new Promise((resolve) => { recorder.ondataavailable = ({ data }) => resolve(data); });
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    recorder.stop();
    const files = new DataTransfer();
    files.items.add(new File([await done], "memo.webm", { type: "audio/webm" }));
    const input = document.querySelector("#listen-audio input[type=file]");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}"""
"""Chooses a sound in a format that browsers read and the server doesn't."""


def test_a_sound_that_only_the_browser_reads_is_sent_as_one_that_the_server_reads(
    own_sounds_site: Site, look: Callable[..., Seen], tmp_path: Path
) -> None:
    seen = look(own_sounds_site)
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for()
    page.evaluate(CHOOSE_WEBM)
    page.wait_for_function("document.querySelector('#listen-player .player-title')?.textContent === 'memo.wav'")
    expect(page.locator("#listen-player .player-facts")).to_contain_text("RMS −")
    (tmp_path / "text.m4a").write_bytes(b"no sound")
    page.locator("#listen-audio input[type=file]").set_input_files(tmp_path / "text.m4a")
    page.locator("#listen-notice").get_by_text("text.m4a cannot be used").wait_for()


def test_a_sound_is_recorded(own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]) -> None:
    seen = look(own_sounds_site)
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for()
    soundfile.write(tmp_path / "long.flac", np.zeros(16_000 * 40, np.int16), 16_000)
    page.locator("#listen-audio input[type=file]").set_input_files(tmp_path / "long.flac")
    page.locator("#listen-notice").get_by_text("it is longer than 30 seconds").wait_for()
    expect(page.locator("#listen-audio")).to_contain_text("Or your own, up to 30 s")
    page.get_by_label("Record audio").click()
    page.locator("#listen-audio .record-button").click()
    stop = page.locator("#listen-audio .stop-button")
    stop.wait_for()
    expect(page.locator("#listen-notice .notice-line")).to_have_text("")  # it was said of the file
    page.wait_for_timeout(1500)
    stop.click()
    page.wait_for_function("document.querySelector('#listen-player .player-title')?.textContent === 'Your recording'")
    page.locator("#listen-player .player[data-state=shown]").wait_for()  # its picture, after its name
    said = page.locator("#listen-player .player-facts")
    expect(said).to_contain_text("kept for less than an hour")
    expect(said).to_contain_text("RMS −")  # the microphone beeps: it isn't silent
    assert not seen.troubles, seen.troubles


def test_a_page_over_http_says_why_nothing_can_be_recorded(
    own_sounds_site: Site, look: Callable[..., Seen], tmp_path: Path
) -> None:
    seen = look(own_sounds_site)
    seen.page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for()
    told = page.get_by_text("Nothing can be recorded here: this page came over http")
    page.get_by_label("Record audio").click()
    expect(told).to_be_visible()
    expect(page.locator("#listen-audio .record-button")).to_have_count(0)
    written(tmp_path / "mine.wav", tone(0.6))
    page.locator("#listen-audio input[type=file]").set_input_files(tmp_path / "mine.wav")
    page.wait_for_function("document.querySelector('#listen-player .player-title')?.textContent === 'mine.wav'")
    expect(told).to_have_count(0)
    assert not seen.troubles, seen.troubles


def test_the_sounds_of_the_run_come_first_until_others_are_chosen(
    empty_site: Site, look: Callable[..., Seen], tmp_path: Path
) -> None:
    (tmp_path / "birds").mkdir()
    for i in range(20):
        written(tmp_path / "birds" / f"{i}.wav", tone(0.6, hz=900 + i))
    command = [sys.executable, "-m", "training", "run", "--data", str(tmp_path / "birds"), "--steps", "2"]
    command += ["--set", "batch_size=8", "--out", str(empty_site.runs / "of-birds")]
    subprocess.run(command, cwd=ROOT, env=empty_site.env, check=True)
    page = look(empty_site).open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for()
    sounds = page.locator("#listen-data input")
    expect(sounds).to_have_value(re.compile("^/.*birds$"))
    sounds.fill("starter")
    sounds.press("Enter")
    expect(sounds).to_have_value(re.compile("^The built-in sounds"))
    for tab in ("find", "listen"):
        page.locator(f"#tab-{tab}-button").click()
    page.locator("#listen-picker .picker-controls").wait_for()
    page.wait_for_timeout(1000)  # an answer would have come
    expect(sounds).to_have_value(re.compile("^The built-in sounds"))


def test_clips_are_offered_though_a_busy_server_lost_the_first_answers(
    own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    lost = seen.lose_first_answers(lambda inputs: len(inputs) == 3 and inputs[-1] == "[]")
    page = seen.open("tab=listen&run=made")
    page.locator("#listen-picker .picker-controls").wait_for()
    assert lost


def test_a_sound_that_is_dropped_beside_the_box_is_taken(
    own_sounds_site: Site, look: Callable[..., Seen], tmp_path: Path
) -> None:
    written(tmp_path / "mine.wav", tone(0.6, hz=440))
    page = look(own_sounds_site).open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for()
    assert page.evaluate(DROP, b64encode((tmp_path / "mine.wav").read_bytes()).decode()) == [True, True]
    page.wait_for_function("document.querySelector('#listen-player .player-title')?.textContent === 'mine.wav'")


def test_a_clip_is_heard_and_its_two_views(own_sounds_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(own_sounds_site)
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for()
    seen.listen()
    page.locator("#listen-picker").get_by_role("button", name="Random").click()
    page.wait_for_function("heard.length === 1")
    expect(page.locator("#listen-player .player-title")).to_have_text(re.compile("^(high|low)$"))
    views = page.locator("#views-pair .player[data-state=shown]")
    views.nth(1).wait_for()
    assert all(re.search(r"\d", line) for line in page.locator("#views-pair .view-line").all_inner_texts())
    alike = page.locator("#views-pair .pair-alike").filter(has_text="To the model these two are more alike")
    alike.wait_for()
    views.nth(1).get_by_role("button", name="Play").click()
    page.wait_for_function("heard.length === 2 && heard[1].startsWith('v:1:')")
    switch = page.locator("#views-form [data-name=mixup] input[role=switch]")
    assert switch.is_checked()
    switch.click()
    assert page.locator("#views-form [data-name=mixup] input[type=text]").input_value() == "0"
    switch.click()
    assert page.locator("#views-form [data-name=mixup] input[type=text]").input_value() != "0"
    assert (seen.troubles, seen.elsewhere) == ([], [])


def test_a_change_of_an_augmentation_asks_once_and_shows_that_it_is_busy(
    own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site, height=800)
    asked = seen.asked(CALLED)
    drawn = seen.asked(r"/x/views\?")
    page = seen.open("tab=listen&run=made")
    page.locator("#views-pair .player[data-state=shown]").nth(1).wait_for()
    page.locator("#views-pair .pair-alike").filter(has_text="To the model").wait_for()
    calm(page, asked)
    asked.clear()
    drawn.clear()
    busy = "() => { window.busy = []; new MutationObserver(() => busy.push(document.querySelector('#views-pair .pair').ariaBusy))"
    page.evaluate(busy + ".observe(document.querySelector('#views-pair .pair'), {attributes: true}); }")
    lines = page.locator("#views-pair .view-line").all_inner_texts()
    page.locator("#views-form [data-name=noise] input[role=switch]").click()
    page.wait_for_function("busy.length === 2")
    calm(page, drawn)
    assert page.evaluate("busy") == ["true", "false"]
    assert (len(drawn), asked) == (1, [])
    assert page.locator("#views-pair .view-line").all_inner_texts() != lines
    page.get_by_role("button", name="Draw again").click()
    page.wait_for_function("busy.length === 4")
    page.locator("#views-domain").get_by_label("Waveform views").click()
    page.wait_for_function("busy.length === 6")
    calm(page, drawn)
    assert len(drawn) == 3
    page.locator("#views-pair .pair-alike").filter(has_text="another front end").wait_for()
    assert not seen.troubles, seen.troubles


def test_the_keyboard_moves_between_tabs_and_passes_through_the_field_of_sounds(
    own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    page = seen.open("tab=listen&run=made")
    page.locator("#views-pair .player[data-state=shown]").nth(1).wait_for()
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
        expect(page.locator(f"#tab-{tab}-button")).to_have_attribute("aria-selected", "true")
    assert not seen.troubles, seen.troubles


def test_the_sound_and_its_two_views_are_on_one_screen(own_sounds_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(own_sounds_site, height=800)
    page = seen.open("tab=listen")
    page.locator("#views-pair .player[data-state=shown]").nth(1).wait_for()
    page.wait_for_function("""() => [...document.querySelectorAll('#listen-player canvas, #views-pair canvas')].every(part => {
        const { top, bottom, height } = part.getBoundingClientRect(); return height > 0 && top >= 0 && bottom <= 800; })""")


def test_another_set_is_chosen_and_one_that_is_not_here_can_be_fetched(
    own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    page = seen.open("tab=listen")
    page.locator("#listen-player .player[data-state=shown]").wait_for()
    for name in ("lark", "wren"):
        (tmp_path / "birds" / name).mkdir(parents=True)
        written(tmp_path / "birds" / name / "a.wav", tone(0.6, hz=900))
    choice = page.locator("#listen-data input")
    choice.fill(str(tmp_path / "birds"))
    choice.press("Enter")
    page.wait_for_function("document.querySelector('#listen-player .player-title').textContent === 'lark'")
    choice.fill("esc50")
    choice.press("Enter")
    page.locator("#listen-data-notice").filter(has_text="not on this machine yet").wait_for()
    page.locator("#listen-data-download").wait_for()
    page.locator("#listen-picker .picker-controls").wait_for(state="hidden")


def test_bad_files_are_refused_in_a_sentence_and_the_next_is_taken(
    own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    page = seen.open("tab=listen")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.locator("#listen-player .player[data-state=shown]").wait_for()
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
        page.locator("#listen-audio input[type=file]").set_input_files(tmp_path / name)
        notice.filter(has_text=told).wait_for()
    written(tmp_path / SCRIPT_NAME, tone(0.6, hz=440))
    page.locator("#listen-audio input[type=file]").set_input_files(tmp_path / SCRIPT_NAME)
    page.wait_for_function("document.querySelector('#listen-player .player-title').textContent.includes('onerror')")
    assert dialogs == []
