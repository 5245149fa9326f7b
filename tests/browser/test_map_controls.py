"""The legend and the play button of the map."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.seen import PATIENCE_SECONDS, Seen
from tests.browser.site import Site
from tests.browser.test_map_colours import COLOURS, colour_by, legend
from tests.browser.test_map_page import PAINTED, PLACE, shown_map

pytestmark = pytest.mark.browser

STRONG = "() => document.querySelector('#map .part-map').view.plot.classes.flatMap((c, i) => (c.faded ? [] : [i]))"
"""Indices of the classes that are not faded."""
NOTE_STEPS = """() => { const words = document.querySelector('#map .timeline-words'); window.steps = [];
  new MutationObserver(() => steps.push(words.textContent)).observe(words, { childList: true }); }"""
STEP = "document.querySelector('#map .timeline-words').textContent.split(' · ')[0]"
SHOWN = "step => document.querySelector('#map .part-map').view.shownLayout.step === step"
PLAY, STOP = "Play the snapshots from the first to the last", "Stop playing the snapshots"
PACE_MS = 1000


def strong(page: Any, wanted: list[int]) -> None:
    """Waits until these classes alone stand out; what the pointer rests on stands out too."""
    page.mouse.move(2, 2)
    page.wait_for_function(f"wanted => ({STRONG})().join() === wanted.join()", arg=wanted)


def test_a_press_on_a_class_fades_the_others_and_another_one_brings_them_back(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    assert legend(page) == dict.fromkeys(("bell", "dog", "rain", "seven", "violin"), 60)
    chips = page.locator("#map .legend-chip")
    all_classes = list(range(5))
    strong(page, all_classes)
    share = page.evaluate(PAINTED)
    chips.nth(2).click()
    strong(page, [2])
    assert page.evaluate(PAINTED) < share / 2
    chips.nth(4).click()
    strong(page, [2, 4])
    assert page.locator("#map .legend-chip[aria-pressed=true] .legend-name").all_inner_texts() == ["rain", "violin"]
    chips.nth(2).click()
    chips.nth(4).click()
    strong(page, all_classes)
    assert page.evaluate(PAINTED) == pytest.approx(share, rel=0.05)
    chips.nth(1).hover()
    page.wait_for_function(f"({STRONG})().join() === '1'")
    strong(page, all_classes)
    assert seen.troubles == []


def test_the_legend_follows_another_column(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    page.locator("#map .legend-chip").nth(2).click()
    strong(page, [2])
    colour_by(page, "source")
    assert legend(page) == dict.fromkeys(("one", "two", "three", "four"), 75)
    assert page.locator("#map .legend-chip[aria-pressed=true]").count() == 0
    strong(page, [0, 1, 2, 3])
    swatches = page.locator("#map .legend-chip .swatch").evaluate_all(
        "all => all.map(swatch => getComputedStyle(swatch).backgroundColor)"
    )
    of_points = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in page.evaluate(COLOURS)[:4]]
    assert swatches == [f"rgb({red}, {green}, {blue})" for red, green, blue in of_points]
    assert seen.troubles == []


def played_map(look: Callable[..., Seen], site: Site) -> Any:
    """The map at its newest step, on a page of which the test is the clock."""
    page = shown_map(look(site, alone=True), "run=made-up")
    page.wait_for_function(SHOWN, arg=20)
    page.evaluate(NOTE_STEPS)
    page.clock.install()
    # At a time that must not be over before it is paused.
    page.clock.pause_at(page.evaluate("Date.now()") + 1000 * PATIENCE_SECONDS)
    return page


def arrived(page: Any, step: int) -> list[list[float]]:
    """Where some points lie, once the map has moved to this step."""
    page.wait_for_function(SHOWN, arg=step, polling=50)
    page.clock.run_for(PACE_MS - 100)  # a movement is shorter than the pace
    page.wait_for_function("!document.querySelector('#map .part-map').view.plot.moving", polling=50)
    return [page.evaluate(PLACE, point) for point in (3, 77, 150)]


def test_playing_goes_through_all_snapshots_and_ends_with_the_last(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    page = played_map(look, finished_site)
    newest = [page.evaluate(PLACE, point) for point in (3, 77, 150)]
    page.get_by_role("button", name=PLAY).locator("visible=true").click()
    places = [arrived(page, 0)]
    for step in (10, 20):
        page.clock.run_for(100)
        places.append(arrived(page, step))
    assert places[0] != places[1] != places[2] and places[2] == newest
    page.get_by_role("button", name=PLAY).locator("visible=true").wait_for()
    page.clock.run_for(3 * PACE_MS)
    assert page.evaluate("[...new Set(steps)]") == [f"step {step} · {i} of 3" for i, step in enumerate((0, 10, 20), 1)]
    assert page.evaluate(STEP) == "step 20"


def test_playing_can_be_stopped_in_the_middle(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = played_map(look, finished_site)
    page.get_by_role("button", name=PLAY).locator("visible=true").click()
    arrived(page, 0)
    page.clock.run_for(100)
    arrived(page, 10)
    page.get_by_role("button", name=STOP).locator("visible=true").click()
    page.clock.run_for(5 * PACE_MS)
    assert page.evaluate(STEP) == "step 10" and "step 20" not in page.evaluate("steps.join()")
    page.get_by_role("button", name=PLAY).locator("visible=true").click()
    arrived(page, 10)
    page.clock.run_for(100)
    arrived(page, 20)
