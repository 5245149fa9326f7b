"""What the loss sees, in a real browser: drawn, read by pointing, heard by clicking, and back in time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.browser.test_lens_kinds import LISTEN, pixels, read_at

pytestmark = pytest.mark.browser

SCROLLED_TO = """() => { document.querySelector('#lens .part-lens')?.scrollIntoView();
  return document.querySelector("#lens .part-lens[data-step='20'] .lens-field"); }"""
"""Again and again: what is drawn above it meanwhile pushes it out of view, where it isn't drawn."""


def shown_lens(seen: Any, run: str) -> Any:
    page = seen.open(f"tab=live&run={run}")
    page.locator("#charts .js-plotly-plot").first.wait_for()  # above the lens
    seen.rest()
    page.wait_for_function(SCROLLED_TO, polling=200)
    return page


def cell(page: Any, row: int, column: int) -> dict[str, float]:
    """Where a cell of the matrix of eight clips lies in its field."""
    box = page.locator(".lens-matrix .lens-field").bounding_box()
    return {"x": box["width"] * (column + 0.5) / 8, "y": box["height"] * (row + 0.5) / 8}


def test_a_cell_is_read_and_both_its_clips_are_heard(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_lens(seen, "made-up")
    drawn = pixels(page.locator(".lens-field")).sum(axis=2)
    height, width = drawn.shape
    diagonal = [drawn[int((k + 0.5) * height / 8), int((k + 0.5) * width / 8)] for k in range(8)]
    assert np.mean(diagonal) > drawn.mean() + 60
    assert page.locator(".lens-columns").inner_text() == "clips"

    page.evaluate(LISTEN)
    place = cell(page, 2, 5)
    assert read_at(page.locator(".lens-matrix"), place).startswith("clip 3, rain × clip 6, bell: ")
    page.locator(".lens-field").click(position=place)
    page.wait_for_function("heard.length === 2")
    page.locator(".lens-said.hint").wait_for()
    told = [sign for sign in page.evaluate("signs") if sign.startswith("▶")]
    assert told == ["▶ row 3: rain  ·  source: three", "▶ column 6: bell  ·  source: two"]
    assert [key.split(":")[1] for key in page.evaluate("heard")] == ["2", "5"]
    page.locator(".lens-line").wait_for(state="hidden")

    page.locator(".lens-field").press("ArrowRight")
    page.locator(".lens-field").press("Enter")
    page.wait_for_function("heard.length >= 3")
    assert seen.troubles == []


def test_kept_steps_are_gone_back_to(finished_site: Any, look: Callable[..., Any]) -> None:
    page = shown_lens(look(finished_site), "made-up")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    page.locator("#map").get_by_label("Snapshot", exact=True).press("Home")
    page.locator("#lens .part-lens[data-step='0']").wait_for()
    page.locator("#map .timeline-words", has_text="step 0 · 1 of 3").wait_for()


def test_a_snapshot_that_is_new_is_shown_as_soon_as_it_is_looked_at(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    """The map may know of a snapshot before the lens does: going to it, the lens shows that one and not the one before."""
    seen = look(finished_site)
    known = {"steps": [0, 10]}
    seen.page.route("**/x/run/made-up/lens", lambda route: route.fulfill(json=known))
    page = seen.open("tab=live&run=made-up")
    page.wait_for_function(SCROLLED_TO.replace("'20'", "'10'"), polling=200)
    page.locator("#map .part-map[data-state=shown]").wait_for()
    known["steps"] = [0, 10, 20]
    page.locator("#map").get_by_label("Snapshot", exact=True).press("ArrowLeft")
    page.locator("#map").get_by_label("Snapshot", exact=True).press("ArrowRight")
    page.get_by_text("Follow live").first.click()
    page.locator("#map").get_by_label("Snapshot", exact=True).press("Home")
    page.locator("#map").get_by_label("Snapshot", exact=True).press("End")
    page.locator("#lens .part-lens[data-step='20']").wait_for()


def test_where_the_sounds_are_missing_it_is_seen_and_said(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_lens(seen, "bare")
    page.locator(".lens-field").click(position=cell(page, 2, 5))
    page.locator(".lens-said:not(.hint)", has_text="sounds").wait_for()
    assert page.locator(".lens-line").is_hidden()
    assert seen.troubles == []
