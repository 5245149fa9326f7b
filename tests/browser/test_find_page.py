"""The page Find in a real browser, and its answers to programs: sounds that are found again and compared."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.seen import CALLED, PATIENCE_SECONDS, Seen, calm
from tests.browser.site import ROOT, Site
from tests.support.sound_files import tone, written
from training.anomaly.recording import COLUMNS
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER

pytestmark = pytest.mark.browser


def test_a_sound_is_found_searched_from_and_compared(
    own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    page = seen.open("tab=find&run=made")
    page.locator("#find-picker .picker-controls").wait_for()
    page.locator("#find-map .part-map[data-state=shown]").wait_for()
    written(tmp_path / "mine.wav", tone(0.6, hz=2_105))
    page.locator("#find-audio input[type=file]").set_input_files(tmp_path / "mine.wav")
    page.locator("#found-notice").filter(has_text="All 40 clips").wait_for()
    expect(page.locator("#found-unusual")).to_contain_text("clips on the map")
    expect(page.locator("#find-player .player-title")).to_have_text("mine.wav")
    (tmp_path / "broken.wav").write_bytes(b"no sound" * 100)
    page.locator("#find-audio input[type=file]").set_input_files(tmp_path / "broken.wav")
    page.locator("#find-notice").filter(has_text="broken.wav cannot be used").wait_for()
    expect(page.locator("#found-notice")).to_contain_text("Nearest to “mine.wav”. All 40 clips")
    expect(page.locator("#found-list .clip:not(.waiting)")).to_have_count(10)
    expect(page.locator("#find-map .ring.mark")).to_have_count(1)
    nearest = page.locator("#found-list .clip-label").first.inner_text()
    titles = page.locator("#found-list .clip-words > span").evaluate_all("all => all.map(({ title }) => title)")
    assert titles and all(title.split("\n")[-1].endswith(".wav") for title in titles), titles
    page.locator("#found-list .clip-act").first.click()
    page.wait_for_function("document.querySelector('#find-player .player-title').textContent !== 'mine.wav'")
    expect(page.locator("#find-player .player-title")).to_have_text(nearest)
    page.locator("#other-picker").get_by_role("button", name="Random").click()
    page.locator("#similarity .similarity-verdict").filter(has_text="Similarity").wait_for()
    page.locator("#similarity .js-plotly-plot").wait_for()


def test_a_clip_is_found_by_its_words_with_the_keyboard_alone_and_all_found_are_heard(
    own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    seen.hold_sounds()
    page = seen.open("tab=find&run=made")
    field = page.locator("#find-picker").get_by_label("Choose a clip: its label or file name")
    field.wait_for()
    seen.listen()
    field.fill("low")
    field.press("ArrowDown")
    matches = page.locator("#find-picker .text-matches .clip-hear")
    page.wait_for_function("document.activeElement.closest('.text-matches')")
    page.keyboard.press("ArrowDown")
    wanted = matches.nth(1).locator(".clip-label").inner_text()
    page.keyboard.press("Space")
    page.wait_for_function("heard.length === 1")
    seen.end_sound()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.closest('.text-matches')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#find-player .player-title", has_text=wanted).wait_for()
    page.locator("#found-list .clip:not(.waiting)").nth(9).wait_for()
    page.wait_for_function("heard.length === 2")  # the one that was chosen
    page.locator("#found-list .clips-hear-all").click()
    page.wait_for_function("heard.length === 3")
    seen.end_sound()
    page.wait_for_function("heard.length === 4")
    page.locator("#found-list").get_by_role("button", name="Stop").click()
    page.locator("#found-list").get_by_role("button", name="Hear all").wait_for()
    page.locator("#found-list").get_by_role("button", name="Select these 10").click()
    page.locator("#find-map").get_by_role("button", name="Tag them on Live").click()
    page.locator("#selection .selection-count", has_text="10 clips").wait_for()
    assert seen.troubles == []


def test_a_file_that_is_no_sound_is_told_in_our_words_and_readers_of_screens_hear_words(
    own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    page = look(own_sounds_site).open("tab=find&run=made")
    page.locator("#find-picker .picker-controls").wait_for()
    (tmp_path / "notes.txt").write_text("no sound")
    written(tmp_path / "silent.wav", np.zeros(8000))
    field, told = page.locator("#find-audio input[type=file]"), page.locator("#find-notice .notice-line")
    field.set_input_files(tmp_path / "notes.txt")
    expect(told).to_have_text(
        "“notes.txt” is no sound file (text/plain); wav, rf64, w64, aiff, au, caf, sphere, flac, ogg, opus and mp3 were expected."
    )
    expect(page.get_by_test_id("toast-text")).to_have_count(0)
    field.set_input_files(tmp_path / "silent.wav")
    expect(told).to_contain_text("silent.wav can be used, but it is silent: there is nothing to hear in it")
    assert "common." not in page.locator("body").evaluate("body => body.textContent")


def test_clips_without_a_label_are_gone_through_too(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = look(finished_site).open("tab=find&run=example")
    picker = page.locator("#find-picker")
    expect(picker.locator(".picker-counter")).to_have_text(re.compile(r"^\d+ clips$"))  # none is chosen yet
    picker.get_by_role("button", name="The next clip").click()
    expect(picker.locator(".picker-counter")).to_have_text(re.compile(r"^1 of \d+$"))
    picker.get_by_label("By").select_option("pitch")
    picker.get_by_label("pitch", exact=True).select_option("-1")
    expect(page.locator("#find-player .player-title")).to_have_text("no label")
    assert picker.locator("option[value='-1']").inner_text().startswith("no label (")


@pytest.mark.parametrize("width", [390, 720, 1280])
def test_the_timeline_stays_within_its_map(finished_site: Site, look: Callable[..., Seen], width: int) -> None:
    page = look(finished_site, width=width).open("tab=find&run=example")
    page.locator("#find-map .part-map[data-state=shown]").wait_for()
    within = page.locator("#find-map .timeline").bounding_box()
    for part in page.locator("#find-map .timeline > :visible").all():
        place = part.bounding_box()
        assert place["x"] >= within["x"] and place["x"] + place["width"] <= within["x"] + within["width"] + 1


def test_another_run_is_told_to_the_server_once_find_is_looked_at(
    own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    events = seen.asked(CALLED)
    page = seen.open("tab=live&run=example")
    page.locator("#map .part-map[data-state=shown]").wait_for()

    def choose(run: str) -> None:
        page.locator("#run input").click()
        page.locator(f"#run [data-name={run}]").click()

    page.locator("#settings .setting").first.wait_for(state="attached")  # what a new page asks for has come
    calm(page, events)
    events.clear()
    choose("made")
    page.wait_for_function("document.querySelector('#map .part-map').view.run === 'made'")
    calm(page, events)
    assert len(events) <= 1, events  # the list of runs asks for those there are when it is opened
    steps = page.locator("#find-step input")
    page.get_by_role("tab", name="Find").click()
    page.locator("#find-picker .picker-controls").wait_for()
    page.wait_for_function("document.querySelector('#find-map .part-map').view.run === 'made'")
    choose("example")  # while Find is looked at
    page.wait_for_function("document.querySelector('#find-map .part-map').view.run === 'example'")
    steps.click()
    newest = RunFolder(EXAMPLE_FOLDER).checkpoints()[-1]
    page.get_by_role("option", name=f"step {newest:,}").wait_for()
    assert not seen.troubles, seen.troubles


def test_clips_are_offered_though_a_busy_server_lost_the_first_answer(
    own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    lost = seen.lose_first_answers(lambda inputs: inputs == [{"run": "made"}])
    page = seen.open("tab=find&run=made")
    page.locator("#find-picker .picker-controls").wait_for()
    page.locator("#other-picker .picker-controls").wait_for()
    assert lost


def test_two_sounds_are_compared_in_words_where_nothing_can_be_drawn(
    own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    seen.page.route(re.compile("/plotly"), lambda route: route.abort())
    page = seen.open("tab=find&run=made")
    for picker in ("find", "other"):
        page.locator(f"#{picker}-picker").get_by_role("button", name="Random").click()
    page.locator("#similarity .similarity-verdict").filter(has_text="Similarity").wait_for()
    expect(page.locator("#similarity .chart-warning")).to_have_text("The charts could not be loaded. Reload the page.")


@pytest.fixture
def reading_run(own_sounds_site: Site) -> Iterator[Path]:
    """A run, "read", that learned the labels of the forty sounds as words."""
    sounds, run = own_sounds_site.folder / "sounds", own_sounds_site.runs / "read"
    settings = ["--method", "audio_text", "--steps", "40", "--set", "batch_size=16"]
    command = [sys.executable, "-m", "training", "run", "--data", str(sounds), *settings, "--out", str(run)]
    subprocess.run(command, cwd=ROOT, env=own_sounds_site.env, check=True)
    yield run
    shutil.rmtree(run)


def test_words_find_their_clips_and_a_chosen_sound_its_words(
    reading_run: Path, own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    page = look(own_sounds_site).open("tab=find&run=read")
    field, told = page.get_by_role("textbox", name="Or describe in words what is heard"), page.locator("#found-notice")
    found = page.locator("#found-list .clip:not(.waiting) .clip-label")
    field.fill("a low sound")
    field.press("Enter")
    told.filter(
        has_text="Nearest to the words “a low sound”. Not beside any sound of the data: “sound”. All 40"
    ).wait_for()
    expect(found).to_have_text(["low"] * 10)
    expect(page.locator("#find-map .ring.mark")).to_have_text("these words")
    field.fill("")
    field.press("Enter")
    expect(page.locator("#found-list")).to_contain_text("Choose a sound above")
    expect(told).to_have_text("")
    page.locator("#find-picker").get_by_role("button", name="Random").click()
    told.filter(has_text="The nearest texts: “").wait_for()
    expect(field).to_have_value("")
    expect(page.locator("#found-unusual")).to_contain_text("clips on the map")
    page = look(own_sounds_site).open("tab=find&run=made")
    expect(page.locator("#find-words .notice-line")).to_contain_text("This run has not learned to read")
    expect(page.locator("#find-words input")).to_be_hidden()


def test_a_link_asks_by_its_words_and_the_button_goes_back_to_them(
    reading_run: Path, own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    events = seen.asked(CALLED)
    page = seen.open("tab=find&run=read&words=low")
    field, told = page.locator("#find-words input"), page.locator("#found-notice")
    title = page.locator("#find-player .player-title")

    def asked(words: str) -> None:
        told.filter(has_text=f"Nearest to the words “{words}”. All 40").wait_for()
        expect(field).to_have_value(words)
        expect(title).to_have_text("")

    asked("low")
    field.fill("high")
    page.locator("#find-words").get_by_role("button", name="Find").click()
    asked("high")
    assert "words=high" in page.url
    page.locator("#found-list .clip-act").first.click()
    expect(title).to_have_text("high")
    told.filter(has_text="The nearest texts").wait_for()
    expect(field).to_have_value("")
    assert "clip=" in page.url and "words=" not in page.url
    page.go_back()
    asked("high")
    page.go_back()
    asked("low")
    written(tmp_path / "mine.wav", tone(0.6, hz=2_105))
    page.locator("#find-audio input[type=file]").set_input_files(tmp_path / "mine.wav")
    told.filter(has_text="Nearest to “mine.wav”").wait_for()
    expect(field).to_have_value("")
    assert "words=" not in page.url
    assert seen.troubles == []
    calm(page, events)  # Gradio may ask once more what is answered just now
    page.go_back()
    asked("low")
    page.reload()  # of which Gradio may complain where it still asks something
    asked("low")


def test_several_sounds_are_ranked_heard_and_kept_as_a_table(
    own_sounds_site: Site, tmp_path: Path, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    seen.hold_sounds()
    page = seen.open("tab=find&run=made")
    page.locator("#find-picker .picker-controls").wait_for()
    files = [written(tmp_path / f"{hz}.wav", tone(0.6, hz=hz)) for hz in (250, 5_500)]
    (tmp_path / "broken.wav").write_bytes(b"no sound" * 100)
    page.locator("#ranking-drop input[type=file]").set_input_files([*files, tmp_path / "broken.wav"])
    told = page.locator("#ranking-list .notice-line")
    told.filter(has_text="the run's own 40 recordings do").wait_for()
    expect(told).to_contain_text("1 file left out: broken.wav cannot be used")
    expect(page.locator("#ranking-notice .notice-line")).to_be_hidden()
    rows = page.locator("#ranking-list .clip")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("score")
    listed = page.locator("#ranking-list .clip-label").all_inner_texts()
    assert sorted(listed) == ["250.wav", "5500.wav"]
    seen.listen()
    rows.first.locator(".clip-hear").click()
    page.wait_for_function("heard.length === 1")
    with page.expect_download() as kept:
        page.locator("#ranking-list").get_by_role("button", name="Save as CSV").click()
    assert kept.value.suggested_filename == "unusual-made.csv"
    table = Path(kept.value.path()).read_text().splitlines()
    assert table[0] == ",".join(COLUMNS)
    assert [line.split(",")[0] for line in table[1:]] == listed
    page.locator("#run input").click()
    page.locator("#run [data-name=example]").click()
    expect(rows).to_have_count(0)  # which another run ranked
    page.go_back()
    expect(rows).to_have_count(2)
    assert seen.troubles == []


def test_programs_ask_the_same(own_sounds_site: Site, tmp_path: Path) -> None:
    from gradio_client import Client, handle_file
    from gradio_client.exceptions import AppError

    client = Client(
        own_sounds_site.address, verbose=False, analytics_enabled=False, httpx_kwargs={"timeout": PATIENCE_SECONDS}
    )
    one, other, noise = tmp_path / "one.wav", tmp_path / "other.wav", tmp_path / "noise.wav"
    written(one, tone(0.6, hz=2_000))
    written(other, tone(0.6, hz=250))
    noise.write_bytes(b"no sound" * 100)
    found = client.predict(audio=handle_file(str(one)), count=3, api_name="/find")
    assert found["run"] == "made"
    scores = [neighbour["score"] for neighbour in found["neighbours"]]
    assert len(scores) == 3
    assert 0 <= found["more_unusual_than"] <= 100
    assert found["texts"] == []  # it reads nothing
    assert scores == sorted(scores, reverse=True)
    assert {"id", "clip", "labels"} <= set(found["neighbours"][0])
    same = client.predict(handle_file(str(one)), handle_file(str(one)), "made", api_name="/compare")
    assert same["cosine"] == pytest.approx(1, abs=1e-3)
    both = client.predict(handle_file(str(one)), handle_file(str(other)), "made", api_name="/compare")
    assert both["cosine"] < same["cosine"]
    assert [row["step"] for row in both["over_steps"]] == sorted(row["step"] for row in both["over_steps"])
    with pytest.raises(AppError, match=r"noise\.wav cannot be used"):
        client.predict(audio=handle_file(str(noise)), api_name="/find")


def test_clips_of_the_sound_s_own_file_are_left_out(browser: Any, tmp_path: Path, look: Callable[..., Seen]) -> None:
    site = Site(tmp_path)
    (tmp_path / "songs").mkdir()
    for name, hz in (("a", 300), ("b", 900), ("c", 2_700)):
        written(tmp_path / "songs" / f"{name}.wav", tone(10, hz=hz))
    command = [sys.executable, "-m", "training", "run", "--data", str(tmp_path / "songs"), "--steps", "2"]
    options = ["--set", "batch_size=8", "--out", str(site.runs / "made")]
    subprocess.run([*command, *options], cwd=ROOT, env=site.env, check=True)
    site.environment["HEARSIGHT_DATA"] = str(tmp_path / "songs")
    site.open()
    try:
        page = look(site).open("tab=find&run=made")
        page.locator("#find-picker").get_by_role("button", name="Random").click()
        page.locator("#found-notice").filter(has_text="All 15 clips").wait_for()
        own = page.locator("#find-player .player-title").inner_text()
        rows = page.locator("#found-list .clip:not(.waiting) .clip-words")
        expect(rows.filter(has_text=own)).to_have_count(4)
        page.locator("#found-list").get_by_role("switch", name="Other files only").check()
        expect(rows).to_have_count(10)
        expect(rows.filter(has_text=own)).to_have_count(0)
    finally:
        site.close()
