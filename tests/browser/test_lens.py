"""What the loss sees, in a real browser: drawn, read by pointing, heard by clicking, and back in time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.browser.test_lens_kinds import LISTEN, pixels

pytestmark = pytest.mark.browser

CELL = """([row, column]) => { const box = document.querySelector('.lens-matrix .lens-field').getBoundingClientRect();
  return [box.left + box.width * (column + .5) / 8, box.top + box.height * (row + .5) / 8]; }"""

SCROLLED_TO = """() => { document.querySelector('#lens .part-lens')?.scrollIntoView();
  return document.querySelector("#lens .part-lens[data-step='20'] .lens-field"); }"""
"""Again and again: what is drawn above it meanwhile pushes it out of view, where it isn't drawn."""


def shown_lens(seen: Any, run: str) -> Any:
    page = seen.open(f"tab=live&run={run}")
    page.wait_for_function(SCROLLED_TO, polling=200)
    return page


def test_a_cell_is_read_and_both_its_clips_are_heard(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_lens(seen, "made-up")
    drawn = pixels(page.locator(".lens-field")).sum(axis=2)
    height, width = drawn.shape
    diagonal = [drawn[int((k + 0.5) * height / 8), int((k + 0.5) * width / 8)] for k in range(8)]
    assert np.mean(diagonal) > drawn.mean() + 60
    assert page.locator(".lens-columns").inner_text() == "clips"

    page.evaluate(LISTEN)
    x, y = page.evaluate(CELL, [2, 5])
    page.mouse.move(x, y)
    assert page.locator(".lens-read").inner_text().startswith("clip 3, rain × clip 6, bell: ")
    page.mouse.click(x, y)
    page.wait_for_function("heard.length === 2")
    page.locator(".lens-said.hint").wait_for()
    told = [sign for sign in page.evaluate("signs") if sign.startswith("▶")]
    assert told == ["▶ row 3: rain  ·  source: three", "▶ column 6: bell  ·  source: two"]
    assert [key.split(":")[1] for key in page.evaluate("heard")] == ["2", "5"]
    assert page.locator(".lens-line").is_hidden()

    page.locator(".lens-field").press("ArrowRight")
    page.locator(".lens-field").press("Enter")
    page.wait_for_function("heard.length >= 3")
    assert seen.troubles == []


def test_kept_steps_are_gone_back_to(finished_site: Any, look: Callable[..., Any]) -> None:
    page = shown_lens(look(finished_site), "made-up")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    page.locator("#map").get_by_label("Snapshot", exact=True).press("Home")
    page.locator("#lens .part-lens[data-step='0']").wait_for()
    assert "step 0 · 1 of 3" in page.locator("#map .timeline-words").inner_text()


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
    page.mouse.click(*page.evaluate(CELL, [2, 5]))
    page.locator(".lens-said:not(.hint)").wait_for()
    assert "sounds" in page.locator(".lens-said").inner_text()
    assert page.locator(".lens-line").is_hidden()
    assert seen.troubles == []
