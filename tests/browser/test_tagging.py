"""Tags: given, renamed, kept over a reload, and suggested for more clips, which may be said not to be it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.seen import Seen
from tests.browser.selecting import opened, tag
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def test_tags_are_given_by_keys_coloured_by_and_kept(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen)
    tag(page, "<b>dry</b>")
    said = page.locator("#selection .tag-said", has_text="given to 4 clips")
    told = said.evaluate("said => getComputedStyle(said).color")
    said.evaluate("said => { said.dataset.tone = 'bad'; }")
    assert told != said.evaluate("said => getComputedStyle(said).color"), "what was done is not told as an error is"
    kept = finished_site.tags_file
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
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "none", "no frame around all tags"
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
    expect(chip.get_by_role("button", name="Rename the tag drry")).to_be_focused()
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


def test_two_tags_become_one_only_when_that_is_wanted(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = opened(seen)
    tag(page, "click")
    page.keyboard.press("j")  # chooses the first one
    page.keyboard.press("t")
    page.keyboard.type("clikc")
    page.keyboard.press("Shift+Enter")
    wrong, right = (page.locator(f".tag-chips li[data-tag={name}]") for name in ("clikc", "click"))
    pencil = wrong.get_by_role("button", name="Rename the tag clikc")
    question = page.locator(".tag-question")
    for answer in ("Escape", "Keep both", "Make them one"):
        pencil.click()
        page.keyboard.type("click")
        page.keyboard.press("Enter")
        expect(question).to_contain_text("There is a tag “click” already, on 4 clips here, and “clikc” is on 1 clip")
        expect(page.get_by_role("button", name="Keep both")).to_be_focused()
        page.keyboard.press("u")  # takes nothing back that was done before the question
        expect(wrong).to_contain_text("1 of 1")
        expect(question).not_to_be_empty()
        if answer == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name=answer).click()
        expect(question).to_be_empty()
        if answer != "Make them one":
            expect(pencil).to_be_focused()
            expect(right).to_contain_text("4 of 4")
    expect(wrong).to_have_count(0)
    page.keyboard.press("u")  # the keys are keys again
    expect(wrong).to_contain_text("1 of 1")
    for _ in range(2):
        page.keyboard.press("u")  # as it was for those who come after
    expect(right).to_have_count(0)
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
    expect(fold.get_by_role("status")).to_contain_text(".wav is not crisp; Undo takes it back")
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


BEYOND = """() => [...document.querySelectorAll('#map .part, #selection .part')].flatMap(part =>
    [...part.querySelectorAll('button:not(.legend-chip), select, input, .tag-said, .map-stage')]
        .filter(each => each.getBoundingClientRect().right > part.getBoundingClientRect().right)
        .map(each => each.outerHTML.slice(0, 80)))"""
"""What stands of the map and of the selection beyond their right edges; the legend may be scrolled."""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_longest_tags_push_nothing_out_of_their_panels(
    finished_site: Site, look: Callable[..., Seen], width: int
) -> None:
    seen = look(finished_site, width=width)
    page = opened(seen)
    for name in ("a" * 60, "b" * 60):  # of two tags the choice of colours names each
        tag(page, name)
        assert page.evaluate(BEYOND) == []
    expect(page.locator("#map select").first.locator(f"option[value='tag:{name}']")).to_have_count(1)
    page.locator("#map select").first.select_option("tags")
    page.locator("#map .legend", has_text=name).wait_for()
    page.get_by_role("button", name=f"Rename the tag {name}").click()
    assert page.evaluate(BEYOND) == []
    page.keyboard.press("Escape")
    page.locator("#map .map-stage").focus()
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
    own = read_only_site.tags_file
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
    expect(said).to_contain_text("rare given to 1 clip")
    anew = opened(look(finished_site), "15").get_by_label("Suggest clips for the tag", exact=True)
    expect(anew).to_have_value("rare")  # where none was given yet: the tag of what is selected
    page.keyboard.press("u")
    expect(said).to_have_text("Taken back: rare given to 1 clip.")
    page.keyboard.press("u")
    page.locator(".tag-chip", has_text="common").wait_for(state="detached")


def test_none_is_left_to_suggest_only_once_that_is_known(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = opened(look(finished_site))
    tag(page, "crisp")
    held: list[Any] = []
    page.route("**/suggest", lambda route: held.append(route))
    fold = page.locator("#selection .selection-fold", has_text="Suggest")
    with page.expect_request("**/suggest"):
        fold.locator("summary").first.click()
    empty = fold.locator(".clips-empty").first
    expect(empty).to_have_text("The suggestions are being loaded …")
    held[0].fulfill(json={"likely": [], "uncertain": []})
    expect(empty).to_have_text("No clip is left to suggest.")
