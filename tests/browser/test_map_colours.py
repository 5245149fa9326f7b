"""The map coloured by every kind of column, and the map where plotly.js does not come."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_map_page import PLACE, coloured_share, shown_map

pytestmark = pytest.mark.browser

COLOURS = """() => { const { clips, plot } = document.querySelector('#map .part-map').view;
  const found = Array(clips.points.n).fill(null);
  for (const { ids, colour } of plot.classes) for (const id of ids) found[id] = colour; return found; }"""
AT_STEP = "step => document.querySelector('#map .part-map').view.shownLayout.step === step"


def colour_by(page: Any, title: str) -> list[str]:
    before = page.evaluate(COLOURS)
    page.get_by_label("Colour by").select_option(label=title)
    page.wait_for_function(f"before => ({COLOURS})().join() !== before.join()", arg=before)
    colours: list[str] = page.evaluate(COLOURS)
    assert None not in colours
    return colours


def move_to(page: Any, step: int) -> None:
    slider = page.get_by_label("Snapshot", exact=True)
    slider.focus()
    page.keyboard.press({0: "Home", 20: "End"}[step])
    page.wait_for_function(AT_STEP, arg=step)
    page.wait_for_function("!document.querySelector('#map .part-map').view.plot.moving")


def legend(page: Any) -> dict[str, int]:
    """Name → count of each chip."""
    chips = page.locator("#map .legend-chip").all()
    return {c.locator(".legend-name").inner_text(): int(c.locator(".legend-count").inner_text()) for c in chips}


def test_numbers_of_clips_have_a_scale_in_their_unit(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    offered = page.get_by_label("Colour by").locator("option").all_inner_texts()
    # And no texts.
    assert offered == [
        *("class", "source", "Duration", "Loudness", "Even number", "Your tags"),
        *("kNN right", "Sureness", "Cluster", "Map trust", "Similarity of neighbours", "Tags agree"),
    ]
    colours = colour_by(page, "Duration")
    numbers = page.locator("#map .number-legend")
    assert numbers.locator(".number-end").first.inner_text() == "≤ 0.31 s"
    assert numbers.inner_text().split("\n")[-1] == "≥ 3.18 s" and "no value" not in numbers.inner_text()
    assert page.locator("#map .legend-chip").count() == 0
    assert page.locator("#map .map-meaning").inner_text() == "How long the clip is."
    assert len(set(colours)) > 40 and colours[0] == colours[5] != colours[150]  # beyond the scale's end all are alike
    colours = colour_by(page, "Loudness")
    assert "−313.0 dB" in numbers.inner_text() and "no value: 1" in numbers.inner_text()
    assert colours.count(colours[1]) == 1
    assert coloured_share(page) > 0.005
    assert seen.troubles == []


def test_the_colours_of_a_snapshots_values_follow_the_timeline(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    right = colour_by(page, "kNN right")
    assert legend(page) == {"wrong": 0, "right": 300} and len(set(right)) == 1
    sure = colour_by(page, "Sureness")
    numbers = page.locator("#map .number-legend")
    assert numbers.inner_text().split() == ["0.00", "1.00"]  # as declared, whatever the values are
    move_to(page, 0)
    assert page.evaluate(COLOURS) != sure
    wrong = colour_by(page, "kNN right")
    assert legend(page) == {"wrong": 300, "right": 0} and set(wrong).isdisjoint(right)
    clusters = colour_by(page, "Cluster")
    assert set(legend(page)) == {"a", "b", "c"} and len(set(clusters)) == 3
    page.locator("#map .legend-chip").nth(1).click()
    move_to(page, 20)
    assert page.evaluate(COLOURS) != clusters
    assert page.locator("#map .legend-chip[aria-pressed=true] .legend-name").all_inner_texts() == ["b"]
    faded = "document.querySelector('#map .part-map').view.plot.classes.map(c => c.faded)"
    assert page.evaluate(faded) == [True, False, True]
    colour_by(page, "Map trust")
    assert numbers.is_visible()
    assert seen.troubles == []


def test_flags_of_clips_have_two_names_and_the_tip_tells_every_value(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    colours = colour_by(page, "Even number")
    assert legend(page) == {"no": 150, "yes": 150} and len(set(colours)) == 2
    colour_by(page, "Loudness")
    page.mouse.move(*page.evaluate(PLACE, 7))
    tip = page.locator("#map .map-tip.shown")
    tip.wait_for()
    point = page.evaluate("document.querySelector('#map .part-map').view.plot.pointed")
    words = tip.inner_text()
    assert f"Loudness: −{20 + point}.0 dB" in words and f"Note: note {point}" in words and "Duration: " in words
    page.mouse.click(*page.evaluate(PLACE, 7))
    page.locator(".map-panel .player[data-state=shown]").wait_for()
    chosen = page.evaluate("document.querySelector('#map .part-map').view.chosen")
    facts = page.locator(".map-panel .player").first.inner_text()
    assert f"Loudness: −{20 + chosen}.0 dB" in facts
    colour_by(page, "Cluster")
    assert "Cluster: " in page.locator(".map-panel .player").first.inner_text()
    assert seen.troubles == []


def test_the_map_needs_no_plotly(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    seen.page.route("**/plotly", lambda route: route.abort())
    page = shown_map(seen, "run=made-up")
    assert coloured_share(page) > 0.01
    before = page.evaluate(PLACE, 7)
    page.mouse.click(*before)
    page.locator(".map-panel .player[data-state=shown]").wait_for()
    expect(page.locator("#map .ring.near")).to_have_count(10)
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function("before => String(before) !== String((" + PLACE + ")(7))", arg=before)
    assert coloured_share(page) > 0.005
    assert all(
        "plotly" in trouble or "could not be loaded" in trouble or "Failed to load" in trouble
        for trouble in seen.troubles
    )
