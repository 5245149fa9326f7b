"""Working with the map: fitted to its stage, selecting, filtering by words and numbers, hearing by pointing."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.seen import Seen
from tests.browser.site import Site
from tests.browser.test_map_colours import COLOURS, colour_by
from tests.browser.test_map_page import LISTEN, LONELIEST, PLACE, shown_map

pytestmark = pytest.mark.browser

FILLED = """() => { const { plot, stage } = document.querySelector('#map .part-map').view; const { across, down } = plot.scales();
  const reach = (values, to) => { const sorted = [...values].map(to).sort((a, b) => a - b), n = sorted.length - 1;
    return sorted[Math.round(0.99 * n)] - sorted[Math.round(0.01 * n)]; };
  return [reach(plot.x, across) / stage.clientWidth, reach(plot.y, down) / stage.clientHeight]; }"""
"""The share of the stage that 98 % of the points take, in x and in y."""
SEEN = """() => { const { plot, stage } = document.querySelector('#map .part-map').view; const { across, down } = plot.scales();
  return [...plot.x.keys()].filter(i => across(plot.x[i]) >= 0 && across(plot.x[i]) <= stage.clientWidth
    && down(plot.y[i]) >= 0 && down(plot.y[i]) <= stage.clientHeight).length; }"""
SELECTED = "document.querySelector('#map .part-map').view.plot.selected"
KEPT = "[...document.querySelector('#map .part-map').view.plot.kept()].length"
AT_STEP = "step => { const { view } = document.querySelector('#map .part-map'); return view.shownLayout.step === step && !view.plot.moving; }"
LEFT = "#map .map-left"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_every_layout_of_the_example_fills_the_stage(
    finished_site: Site, look: Callable[..., Seen], width: int, height: int
) -> None:
    seen = look(finished_site, width=width, height=height)
    page = shown_map(seen, "run=example")
    steps = page.evaluate("document.querySelector('#map .part-map').view.timeline.steps")
    assert len(steps) == 10
    slider = page.get_by_label("Snapshot", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    for step in steps:
        page.wait_for_function(AT_STEP, arg=step)
        across, down = page.evaluate(FILLED)
        assert across > 0.6 and down > 0.6 and across * down > 0.5, f"step {step}: {across:.2f} {down:.2f}"
        assert page.evaluate(SEEN) >= 995
        page.keyboard.press("ArrowRight")
    assert seen.troubles == []


def box_of(page: Any, points: list[int]) -> tuple[float, float, float, float]:
    """The least box of the page that holds points of the map, with some room."""
    places = [page.evaluate(PLACE, point) for point in points]
    (left, top), (right, bottom) = (
        [pick(place[i] for place in places) + room for i in (0, 1)] for pick, room in ((min, -6), (max, 6))
    )
    return left, top, right, bottom


def within(page: Any, box: tuple[float, float, float, float]) -> list[int]:
    left, top, right, bottom = box
    places = [page.evaluate(PLACE, point) for point in range(300)]
    return [i for i, (x, y) in enumerate(places) if left < x < right and top < y < bottom]


def drag(page: Any, *corners: tuple[float, float]) -> None:
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()


def test_box_and_lasso_select_and_shift_adds(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    left, top, right, bottom = box = box_of(page, [3, 8, 13])
    expected = within(page, box)
    assert 3 <= len(expected) < 300
    page.get_by_role("button", name="Drag selects the clips in a box").click()
    drag(page, (left, top), (right, bottom))
    assert page.evaluate(SELECTED) == expected
    assert page.locator("#map .map-selection").inner_text().startswith(f"{len(expected)} clips are selected.")
    stage = page.locator("#map .map-stage").bounding_box()
    page.get_by_role("button", name="Drag selects the clips in a lasso").click()
    corner = (stage["x"] + 3, stage["y"] + 3)
    drag(page, corner, (corner[0] + 12, corner[1]), (corner[0], corner[1] + 12))
    assert page.evaluate(SELECTED) == []  # replaced by those in an empty corner
    page.keyboard.press("m")
    lonely = page.evaluate(LONELIEST)
    x, y = page.evaluate(PLACE, lonely)
    page.keyboard.down("Shift")
    page.mouse.click(x, y)
    drag(page, (left, top), (right, top), (right, bottom), (left, bottom))
    page.keyboard.up("Shift")
    assert page.evaluate(SELECTED) == sorted({lonely, *expected})
    assert page.evaluate("document.querySelector('#map .part-map').view.chosen") is None
    assert seen.troubles == []


def test_escape_ends_the_tool_then_the_selection(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up&selection=1-2-3")
    assert page.evaluate(SELECTED) == [1, 2, 3]
    page.locator("#map .map-stage").focus()
    page.keyboard.press("b")
    assert page.get_by_role("button", name="Drag selects the clips in a box").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert page.locator("#map .map-stage").get_attribute("data-tool") == "pan"
    assert page.evaluate(SELECTED) == [1, 2, 3]
    page.keyboard.press("Escape")
    assert page.evaluate(SELECTED) == []
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Enter")
    assert page.evaluate(SELECTED) == [page.evaluate("document.querySelector('#map .part-map').view.chosen")]
    assert seen.troubles == []


def test_words_leave_clips_grey_and_stay_out_of_the_address(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    field = page.get_by_label("Filter the clips of the map by label or file")
    field.fill("rain one")
    assert page.evaluate(KEPT) == 15
    assert page.locator(LEFT).inner_text().startswith("15 of 300 clips")
    page.get_by_role("button", name="Select them").click()
    assert len(page.evaluate(SELECTED)) == 15
    field.fill("rain-1")  # of files: rain-12.wav and others
    kept = page.evaluate(KEPT)
    assert 0 < kept < 60
    page.wait_for_timeout(500)
    assert "rain" not in page.url
    page.locator("#map .legend-chip").nth(0).click()
    page.wait_for_function(f"{KEPT} === 0")
    assert "0 of 300 clips" in page.locator(LEFT).inner_text()
    field.press("Escape")
    page.wait_for_function(f"{KEPT} === 60")
    assert "60 of 300 clips" in page.locator(LEFT).inner_text()
    page.locator(LEFT).get_by_role("button", name="Clear").click()
    page.wait_for_function(f"{KEPT} === 300")
    assert page.locator(LEFT).is_hidden()
    assert seen.troubles == []


def test_a_point_that_is_filtered_out_is_not_pointed_at(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = shown_map(look(finished_site), "run=made-up&filter=violin")
    lonely = page.evaluate(LONELIEST)
    x, y = page.evaluate(PLACE, lonely)
    page.mouse.click(x, y)
    chosen = page.evaluate("document.querySelector('#map .part-map').view.chosen")
    assert chosen is None or chosen % 5 == 4


def test_numbers_are_kept_between_two_ends_and_a_link_says_which(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    colour_by(page, "Duration")
    low = page.get_by_label("Least number that is kept")
    low.fill("100")
    kept = page.evaluate(KEPT)
    assert 140 < kept < 160
    assert page.locator(LEFT).inner_text().startswith(f"{kept} of 300 clips")
    page.get_by_label("Largest number that is kept").fill("150")
    assert page.evaluate(KEPT) < 90
    page.wait_for_function("/between=[^&_]+_[^&_]+/.test(location.search)")  # both ends: it is written a little later
    kept = page.evaluate(KEPT)
    linked = page.url.partition("?")[2]
    other = look(finished_site)
    again = other.open(linked)
    again.locator("#map .part-map[data-state=shown]").wait_for()
    again.wait_for_function(f"{KEPT} === {kept}")
    expect(again.get_by_label("Least number that is kept")).to_have_value("100")
    before = page.evaluate(COLOURS)
    colour_by(page, "class")
    assert page.evaluate(KEPT) == 300 and page.evaluate(COLOURS) != before
    assert seen.troubles == [] and other.troubles == []


HOURS = """() => { const map = document.querySelector('#map .part-map').view;
  const values = Array.from({ length: 300 }, (_, i) => i * 0.08);
  map.colouring.dress({ ...map.clips.shown, unit: "h", low: 0, high: 24, digits: 1, values }); }"""


def test_times_of_day_are_kept_across_midnight(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    colour_by(page, "Duration")
    page.evaluate(HOURS)
    page.get_by_label("Kept from this time of day on").fill("175")
    assert page.evaluate(KEPT) == 300 - 263
    page.get_by_label("Kept until this time of day").fill("50")
    assert page.evaluate(KEPT) == 300 - 263 + 76
    assert page.locator("#map .number-end").all_inner_texts() == ["21:00", "06:00"]
    out = page.locator("#map .number-out").evaluate_all("all => all.map(one => [one.style.left, one.style.width])")
    assert out == [["25%", "62.5%"], ["100%", "0%"]]
    assert seen.troubles == []


def test_a_clip_that_is_pointed_at_is_heard_where_that_is_wanted(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    page.evaluate(LISTEN)
    place = page.evaluate(PLACE, page.evaluate(LONELIEST))
    page.mouse.move(*place)
    page.locator("#map .ring.hovered:not([hidden])").wait_for(state="attached")
    page.wait_for_timeout(500)
    assert page.evaluate("heard.length") == 0
    page.get_by_label("Hear by pointing").check()
    page.mouse.move(*place)
    page.wait_for_function("heard.length === 1")
    assert page.evaluate("document.querySelector('#map .part-map').view.chosen") is None
    page.reload()
    page.locator("#map .part-map[data-state=shown]").wait_for()
    expect(page.get_by_label("Hear by pointing")).to_be_checked()
    assert seen.troubles == []


NAMES = "[...document.querySelectorAll('#map .map-name')].map(name => name.textContent)"
BOXES = """() => [...document.querySelectorAll('#map .map-name')].map(name => { const { left, top, right, bottom } = name.getBoundingClientRect();
  return [left, top, right, bottom]; })"""


def test_groups_are_named_without_one_name_on_another(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=example")
    page.locator("#map .map-name").first.wait_for()
    coarse = page.evaluate(NAMES)
    assert len(coarse) >= 8 and all(coarse)
    boxes = page.evaluate(BOXES)
    apart = [
        a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
    ]
    assert all(apart)
    stage = page.locator("#map .map-stage").bounding_box()
    page.mouse.move(stage["x"] + 0.7 * stage["width"], stage["y"] + 0.35 * stage["height"])
    for _ in range(6):
        page.mouse.wheel(0, -200)
    page.wait_for_function("document.querySelector('#map .part-map').view.plot.camera.zoom > 4")
    page.wait_for_function(f"before => {NAMES}.join() !== before", arg=",".join(coarse))
    pictures = page.locator("#map .map-picture")
    page.wait_for_function("[...document.querySelectorAll('#map .map-picture')].some(canvas => canvas.width > 90)")
    assert 1 <= pictures.count() <= 6
    assert seen.troubles == []


def test_names_fade_below_the_pointer_and_with_the_filter(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=example")
    page.locator("#map .map-name").first.wait_for()
    left, top, right, bottom = page.evaluate(BOXES)[0]
    page.mouse.move((left + right) / 2, (top + bottom) / 2)
    page.locator("#map .map-name.near").first.wait_for()
    page.get_by_label("Filter the clips of the map by label or file").fill("rain")
    page.wait_for_function("document.querySelectorAll('#map .map-name.faded').length >= 8")
    page.locator("#map .map-name:not(.faded)", has_text="rain").first.wait_for()
    assert seen.troubles == []


def test_security_names_that_hold_scripts_are_only_text(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=scripts")
    page.locator("#map .map-name").first.wait_for()
    assert any("<" in name or "{" in name for name in page.evaluate(NAMES))
    assert page.evaluate("window.ran") is None
    assert page.locator("#map .map-name img, #map .map-name script").count() == 0
    assert seen.troubles == []
