"""The selection: clips that are selected are listed, heard in turn, taken out, told about and taken away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.seen import Seen
from tests.browser.selecting import count, opened
from tests.browser.site import Site

pytestmark = pytest.mark.browser

HEARD = """() => { window.heard = [];
  document.addEventListener('hearsight:sound', ({ detail }) => window.heard.push(detail.key.split(':')[1])); }"""


def test_without_a_selection_the_panel_says_how_to_select(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up")
    how = page.locator("#selection .selection-how")
    how.wait_for()
    assert "lasso" in how.inner_text()
    assert not page.locator("#selection .selection-list").is_visible()
    assert seen.troubles == []


def test_the_keys_go_through_the_selection(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen)
    assert count(page) == "4 clips"
    page.evaluate(HEARD)
    page.keyboard.press("j")
    page.wait_for_function("location.search.includes('clip=0')")
    page.keyboard.press("j")
    page.wait_for_function("location.search.includes('clip=5')")
    page.wait_for_function("window.heard.at(-1) === '5'")
    page.keyboard.press("x")
    page.wait_for_function("location.search.includes('selection=0-10-15')")
    assert count(page) == "3 clips"
    page.keyboard.press("k")
    page.wait_for_function("location.search.includes('clip=0')")
    page.get_by_role("button", name="Clear").last.click()
    page.wait_for_function("!location.search.includes('selection')")
    assert [said for said in seen.troubles if "404" not in said] == []  # no views are drawn of a made-up run


def test_all_are_heard_in_turn(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen, "0-5")
    heard = """() => new Promise(done => { const keys = []; document.addEventListener('hearsight:sound', ({ detail }) => {
      keys.push(detail.key.split(':')[1]); if (keys.length === 2) done(keys); });
      document.querySelector('#selection .selection-acts button').click(); })"""
    assert page.evaluate(heard) == ["0", "5"]
    page.wait_for_function("document.querySelector('#selection .selection-acts button').textContent === 'Hear all'")
    assert seen.troubles == []


def test_hearing_all_marks_the_row_that_is_heard_and_ends_when_it_is_asked_to(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    seen.hold_sounds()
    page = opened(seen, "0-5-10-15")
    page.evaluate("document.querySelector('#selection').scrollIntoView()")
    button = page.locator("#selection .selection-acts button").first
    page.evaluate(HEARD)
    for end in (button.click, lambda: page.keyboard.press("Escape")):
        page.evaluate("window.heard = []")
        button.click()
        page.wait_for_function("window.heard.length === 1")
        assert button.inner_text() == "Stop"
        page.evaluate("window.scrollTo(0, 0)")
        seen.end_sound()
        page.wait_for_function("window.heard.length === 2")
        assert page.evaluate("window.scrollY") == 0
        assert page.locator("#selection .clip.chosen").count() == 1
        end()
        page.wait_for_function("document.querySelector('#selection .selection-acts button').textContent === 'Hear all'")
        page.evaluate("document.querySelector('#selection').scrollIntoView()")
    assert [said for said in seen.troubles if "404" not in said] == []  # no views are drawn of a made-up run


LATE_SOUNDS = """window.opened = false; const ask = window.fetch;
  window.fetch = async (where, ...rest) => {
    const reply = await ask(where, ...rest);
    if (!String(where).endsWith('/points')) return reply;
    const points = await reply.json();
    await new Promise(settle => setTimeout(settle, 1000));
    return new Response(JSON.stringify({ ...points, sounds: window.opened }));
  }"""
"""The clips of a run are known after a second, and are without sounds until they are `opened`."""


def test_clips_can_be_heard_as_soon_as_their_sounds_are_open(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    seen.page.add_init_script(LATE_SOUNDS)
    page = seen.open("tab=live&run=made-up&selection=0-5")
    hear = page.locator("#selection .selection-acts button").first
    expect(hear).to_be_disabled()
    page.wait_for_function("document.querySelector('#map .map-message').textContent === ''")
    page.evaluate("window.opened = true")
    expect(hear).to_be_enabled()
    assert seen.troubles == []


def test_clips_are_taken_away_as_files(finished_site: Site, look: Callable[..., Seen], tmp_path: Path) -> None:
    seen = look(finished_site)
    page = opened(seen, "0-5")
    page.locator("#selection summary", has_text="Take away").click()
    begins = {
        "CSV": b"\xef\xbb\xbfid,",
        "Parquet": b"PAR1",
        "Sounds": b"PK",
        "Label tracks": b"PK",
        "SVG": b"<svg",
        "PNG": b"\x89PNG",
    }
    for words, begin in begins.items():
        with page.expect_download() as download:
            page.locator("#selection button", has_text=words).click()
        download.value.save_as(tmp_path / "file")
        assert download.value.suggested_filename.startswith("made-up-2-clips.")
        assert (tmp_path / "file").read_bytes().startswith(begin)
    assert seen.troubles == []


def test_many_clips_are_listed_and_are_there_after_a_reload(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen)
    source = "[...document.scripts].find(s => s.src.endsWith('core/page.js')).src.replace('page.js', 'view.js')"
    page.evaluate(
        "async (view) => (await import(view)).view.set({ selection: [...Array(70).keys()] })", page.evaluate(source)
    )
    rows = page.locator("#selection .selection-list .clip")
    expect(rows).to_have_count(60)
    more = page.locator("#selection .selection-more")
    assert more.inner_text() == "10 more"
    more.click()
    expect(rows).to_have_count(70)
    expect(more).to_be_hidden()
    page.wait_for_function("location.search.includes('selection=not-included')")
    page.reload()
    expect(page.locator("#selection .selection-count")).to_have_text("70 clips")
