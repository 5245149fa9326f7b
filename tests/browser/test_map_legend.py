"""The legend of many classes: found by a word, sorted, and the class of the chosen clip lit."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.seen import Seen
from tests.browser.site import Site
from tests.browser.test_map_colours import colour_by
from tests.browser.test_map_page import shown_map

pytestmark = pytest.mark.browser

COUNTS = """[...document.querySelectorAll('#map .legend-chip')].map(chip => chip.textContent.match(/^(\\D+)(\\d+)$/))
  .filter(([, name]) => name !== 'others').map(([, , count]) => Number(count))"""
"""Of the classes, in their order."""
NAMES = "[...document.querySelectorAll('#map .legend-chip:not([hidden]) .legend-name')].map(name => name.textContent)"


def test_many_classes_are_sorted_found_and_lit(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=example")
    counts = page.evaluate(COUNTS)
    assert counts == sorted(counts, reverse=True) and len(counts) > 40
    page.get_by_label("Find a class").fill("HO")
    found = page.evaluate(NAMES)
    assert found and all("ho" in name.lower() for name in found)
    page.get_by_label("Find a class").press("Escape")
    assert len(page.evaluate(NAMES)) == len(counts) + 1  # the others
    page.locator("#map .map-stage").focus()
    page.keyboard.press("ArrowRight")
    lit = page.locator("#map .legend-chip[aria-current=true] .legend-name")
    lit.wait_for()
    view = "document.querySelector('#map .part-map').view"
    assert lit.inner_text() in (page.evaluate(f"{view}.clips.title({view}.chosen)"), "others")
    assert seen.troubles == []


def test_classes_in_view_come_first_when_that_is_asked(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=example")
    whole = page.evaluate(COUNTS)
    page.get_by_label("Order of the classes").select_option("view")
    stage = page.locator("#map .map-stage").bounding_box()
    page.mouse.move(stage["x"] + 0.7 * stage["width"], stage["y"] + 0.35 * stage["height"])
    for _ in range(6):
        page.mouse.wheel(0, -200)
    page.wait_for_function("document.querySelector('#map .part-map').view.plot.camera.zoom > 4")
    page.wait_for_function(f"{COUNTS}.at(-1) === 0")
    counts = page.evaluate(COUNTS)
    assert counts == sorted(counts, reverse=True) and 0 < sum(counts) < sum(whole) and counts[-1] == 0
    assert seen.troubles == []


def test_few_classes_need_no_search_and_pitches_have_a_ramp(finished_site: Site, look: Callable[..., Seen]) -> None:
    page: Any = shown_map(look(finished_site), "run=made-up")
    assert page.get_by_label("Find a class").is_hidden()
    page = shown_map(look(finished_site), "run=example")
    colour_by(page, "pitch")
    markers = page.locator("#map .legend-chip .swatch").evaluate_all("all => all.map(swatch => swatch.className)")
    assert set(markers) == {"swatch circle"}
    page.get_by_label("Order of the classes").select_option("name")
    pitches = [name for name in page.evaluate(NAMES) if name != "no label"]
    assert pitches == sorted(pitches, key=lambda name: (name[-1], "C D EF G A B".index(name[0])))
