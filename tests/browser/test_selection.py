"""The selection: clips that are selected are listed, heard in turn, taken out, tagged and told about; tags survive a reload."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.seen import PATIENCE_SECONDS, Seen
from tests.browser.site import Site

pytestmark = pytest.mark.browser

HEARD = """() => { window.heard = [];
  document.addEventListener('hearsight:sound', ({ detail }) => window.heard.push(detail.key.split(':')[1])); }"""


def opened(seen: Seen, selection: str = "0-5-10-15") -> Any:
    page = seen.open(f"tab=live&run=made-up&selection={selection}")
    page.locator("#selection .clip").first.wait_for()
    page.locator("#map .part-map[data-state=shown]").wait_for()
    expect(page.locator("#selection .selection-acts button").first).to_be_enabled()  # its clips can be heard
    page.locator("#map .map-stage").focus()
    return page


def count(page: Any) -> str:
    return str(page.locator("#selection .selection-count").inner_text())


def tag(page: Any, name: str) -> None:
    page.keyboard.press("t")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.locator(".tag-chip", has_text=name).wait_for()


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


def test_clips_can_be_heard_as_soon_as_their_sounds_are_open(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    told = {"sounds": False}

    def answer(route: Any) -> None:
        reply = route.fetch(timeout=1000 * PATIENCE_SECONDS)
        route.fulfill(response=reply, json=reply.json() | told)

    seen.page.route("**/run/made-up/points", answer)
    page = seen.open("tab=live&run=made-up&selection=0-5")
    hear = page.locator("#selection .selection-acts button").first
    expect(hear).to_be_disabled()
    told["sounds"] = True
    expect(hear).to_be_enabled()
    assert seen.troubles == []


def test_tags_are_given_by_keys_coloured_by_and_kept(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen)
    tag(page, "<b>dry</b>")
    said = page.locator("#selection .tag-said", has_text="given to 4 clips")
    told = said.evaluate("said => getComputedStyle(said).color")
    said.evaluate("said => { said.dataset.tone = 'bad'; }")
    assert told != said.evaluate("said => getComputedStyle(said).color"), "what was done is not told as an error is"
    kept = Path(finished_site.environment["XDG_DATA_HOME"]) / "hearsight" / "tags" / "tags.jsonl"
    assert json.loads(kept.read_text().splitlines()[-1])["add"] == ["clip-0", "clip-5", "clip-10", "clip-15"]
    page.locator("#map select").first.select_option("tags")
    page.locator("#map .legend", has_text="<b>dry</b>").wait_for()
    page.locator("#map .map-stage").focus()
    page.keyboard.press("1")  # all carry it, so it is taken off
    page.locator(".tag-chip").wait_for(state="detached")
    page.keyboard.press("u")
    page.locator(".tag-chip", has_text="4 of 4").wait_for()
    page.reload()
    page.locator("#selection .tag-chip", has_text="4 of 4").wait_for()
    page.locator("#selection .selection-acts button").nth(1).click()
    page.locator("#selection .tag-chip").click()  # selects all with the tag
    page.wait_for_function("location.search.includes('selection=0-5-10-15')")
    page.locator("#selection summary", has_text="Suggest").click()
    page.locator("#selection .selection-fold .clip").first.wait_for()
    assert seen.troubles == []


def test_a_typed_tag_goes_to_all_or_to_the_chosen_one_and_the_keys_are_keys_again(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    page = opened(look(finished_site))
    only = page.get_by_role("button", name="Only the chosen")
    expect(page.get_by_role("button", name="Tag all 4")).to_be_visible()
    expect(only).to_be_hidden()  # none is chosen
    page.keyboard.press("t")
    page.keyboard.type("loud")
    page.keyboard.press("Enter")
    loud = page.locator(".tag-chip", has_text="loud")
    expect(loud).to_contain_text("4 of 4")
    page.keyboard.press("j")  # not typed into the field
    page.wait_for_function("location.search.includes('clip=0')")
    expect(only).to_be_visible()
    page.keyboard.press("t")
    page.keyboard.type("rare")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".tag-chip", has_text="rare")).to_contain_text("1 of 1")
    expect(page.locator("#selection .clip-note").first).to_contain_text("loud + rare")
    for _ in range(2):
        page.keyboard.press("u")
    expect(loud).to_have_count(0)
    expect(page.get_by_label("Tag the selected clips")).to_have_value("")


def test_a_tag_is_renamed_and_gets_its_name_back(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen)
    tag(page, "drry")
    chip = page.locator(".tag-chips li", has_text="drry")
    chip.get_by_role("button", name="Rename the tag drry").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Tag all 4").wait_for()
    chip.get_by_role("button", name="Rename the tag drry").click()
    page.keyboard.type("dry once more")
    page.keyboard.press("Enter")
    renamed = page.locator(".tag-chips li", has_text="dry once more")
    renamed.get_by_text("4 of 4").wait_for()
    expect(chip).to_have_count(0)
    page.keyboard.press("u")
    chip.get_by_text("4 of 4").wait_for()
    expect(renamed).to_have_count(0)
    page.keyboard.press("u")  # as it was for those who come after
    expect(chip).to_have_count(0)
    assert seen.troubles == []


def test_a_suggested_clip_is_said_not_to_be_one_by_keys_until_that_is_taken_back(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = opened(seen)
    tag(page, "crisp")

    def suggested(act: Callable[[], Any]) -> list[int]:
        """The clips that are suggested anew after something was done, the most likely first."""
        with page.expect_response("**/suggest") as answer:
            act()
        found = answer.value.json()
        return [row["clip"] for row in [*found["likely"], *found["uncertain"]]]

    fold = page.locator("#selection .selection-fold", has_text="Suggest")
    fold.get_by_label("Suggest clips for the tag").evaluate("choice => { choice.value = 'crisp'; }")
    first = suggested(fold.locator("summary").first.click)
    likely, noes = fold.locator(":scope > .clips").first, fold.locator(".suggest-noes")
    row = likely.locator(".clip").first
    row.wait_for()
    expect(noes).to_be_hidden()
    for act in row.locator(".clip-act").all():
        box = act.bounding_box()
        assert min(box["width"], box["height"]) >= 24
    row.locator(".clip-hear").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert first[0] not in suggested(lambda: page.keyboard.press("Enter"))
    expect(noes.locator("summary")).to_have_text("1 clip is not it")
    expect(fold.get_by_role("status")).to_contain_text("is not crisp; u undoes it")
    assert page.evaluate("document.activeElement.title") == "Not this tag", "the next one can be answered at once"
    assert suggested(lambda: page.keyboard.press("u")) == first
    expect(noes).to_be_hidden()
    suggested(likely.get_by_role("button", name="Not this tag").first.click)
    noes.locator("summary").click()
    assert suggested(noes.get_by_role("button", name="Take the no back").click) == first
    expect(noes).to_be_hidden()
    for _ in range(3):
        page.keyboard.press("u")  # as it was for those who come after
    expect(page.locator(".tag-chip", has_text="crisp")).to_have_count(0)
    assert seen.troubles == []


def test_clips_are_taken_away_as_files(finished_site: Site, look: Callable[..., Seen], tmp_path: Path) -> None:
    seen = look(finished_site)
    page = opened(seen, "0-5")
    page.locator("#selection summary", has_text="Take away").click()
    begins = {"CSV": b"\xef\xbb\xbfid,", "Parquet": b"PAR1", "Sounds": b"PK", "SVG": b"<svg", "PNG": b"\x89PNG"}
    for words, begin in begins.items():
        with page.expect_download() as download:
            page.locator("#selection button", has_text=words).click()
        download.value.save_as(tmp_path / "file")
        assert download.value.suggested_filename.startswith("made-up-2-clips.")
        assert (tmp_path / "file").read_bytes().startswith(begin)
    assert seen.troubles == []


@pytest.fixture
def read_only_site(finished_site: Site) -> Iterator[Site]:
    """The same runs on a page that is for looking only."""
    site = Site(finished_site.folder)
    site.environment["HEARSIGHT_READ_ONLY"] = "1"
    site.open()
    yield site
    site.close()


def test_on_a_read_only_page_tags_stay_in_the_browser(read_only_site: Site, look: Callable[..., Seen]) -> None:
    own = Path(read_only_site.environment["XDG_DATA_HOME"]) / "hearsight" / "tags" / "tags.jsonl"
    before = own.read_bytes() if own.exists() else b""
    seen = look(read_only_site)
    page = opened(seen)
    tag(page, "mine")
    page.locator("#map select").first.select_option("tags")
    page.locator("#map .legend", has_text="mine").wait_for()
    page.reload()
    page.locator("#selection .tag-chip", has_text="4 of 4").wait_for()
    assert (own.read_bytes() if own.exists() else b"") == before
    assert page.locator(".tag-chip").count() == 1
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


def test_clips_are_suggested_for_the_tag_that_was_given_last(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen, "0-5-10")
    tag(page, "common")
    page.locator("#selection summary", has_text="Suggest").click()
    choice = page.get_by_label("Suggest clips for the tag", exact=True)
    expect(choice).to_have_value("common")
    page.evaluate("history.pushState(null, '', location.search.replace(/selection=[^&]*/, 'selection=15'))")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    expect(page.locator("#selection .selection-count")).to_have_text("1 clip")
    page.locator("#map .map-stage").focus()
    tag(page, "rare")
    expect(choice).to_have_value("rare")
    said = page.locator("#selection .tag-box .tag-said")
    expect(said).to_contain_text("rare: given to 1 clip")
    page.keyboard.press("u")
    expect(said).to_have_text("Taken back.")
    page.keyboard.press("u")
    page.locator(".tag-chip", has_text="common").wait_for(state="detached")
