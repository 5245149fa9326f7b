"""Trails of clips through the snapshots, and what moved most."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.seen import Seen
from tests.browser.site import Site
from tests.browser.test_map_page import shown_map

pytestmark = pytest.mark.browser

SELECTED = "document.querySelector('#map .part-map').view.plot.selected"
AT_STEP = "step => { const { view } = document.querySelector('#map .part-map'); return view.shownLayout.step === step && !view.plot.moving; }"


def inked(page: Any) -> float:
    """The share of the canvas of trails that is drawn on, with the next picture of the screen."""
    return float(
        page.evaluate(
            """async () => {
            for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
            const canvas = document.querySelector('#map .map-trails'); if (!canvas.width) return 0;
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let drawn = 0; for (let i = 3; i < data.length; i += 4) drawn += data[i] > 0; return drawn / (data.length / 4); }"""
        )
    )


def test_trails_show_the_ways_of_selected_clips_up_to_the_snapshot(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up&selection=3-4-5")
    assert inked(page) == 0
    page.get_by_label("Trails").check()
    page.wait_for_function("document.querySelector('#map .part-map').view.trails.layouts.length === 3")
    three = inked(page)
    assert three > 0.001
    shot = np.asarray(Image.open(io.BytesIO(page.locator("#map .map-stage").screenshot())).convert("RGB"), dtype=int)
    page.get_by_label("Snapshot", exact=True).focus()
    page.keyboard.press("Home")
    page.wait_for_function(AT_STEP, arg=0)
    page.wait_for_function("document.querySelector('#map .part-map').view.trails.layouts.length === 1")
    assert inked(page) == 0
    page.keyboard.press("End")
    page.wait_for_function(AT_STEP, arg=20)
    page.wait_for_function("document.querySelector('#map .part-map').view.trails.layouts.length === 3")
    page.get_by_label("Trails").uncheck()
    assert inked(page) == 0
    after = np.asarray(Image.open(io.BytesIO(page.locator("#map .map-stage").screenshot())).convert("RGB"), dtype=int)
    rows = min(len(shot), len(after))  # the stage may lie between two pixels of the screen, elsewhere than before
    assert (np.abs(shot[:rows] - after[:rows]).max(axis=2) > 30).mean() > 0.001
    assert seen.troubles == []


def test_what_moved_most_is_selected_and_said(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    most = page.get_by_label("What moved most")
    with page.expect_response(lambda reply: "/moved/0/20" in reply.url) as reply:
        most.select_option("first")
    found = reply.value.json()
    page.wait_for_function(f"{SELECTED}.length === 20")
    assert page.evaluate(SELECTED) == sorted(each["point"] for each in found["moved"])
    said = page.locator("#map .map-moved")
    said.get_by_text("20 of 300 clips, from step 0 to 20").wait_for()
    assert page.get_by_label("Trails").is_checked()
    assert most.input_value() == ""
    page.locator("#map .map-selection").get_by_role("button", name="Clear").click()
    assert said.inner_text() == ""
    page.get_by_label("Snapshot", exact=True).focus()
    page.keyboard.press("Home")
    page.wait_for_function(AT_STEP, arg=0)
    with page.expect_response(lambda reply: "/moved/0/20" in reply.url):
        most.select_option("shown")
    page.wait_for_function(AT_STEP, arg=20)
    assert len(page.evaluate(SELECTED)) == 20
    assert seen.troubles == []
