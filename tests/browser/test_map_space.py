"""The map in space, in a real browser: asked for, turned by dragging and by keys, its points clicked and heard, and left again."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

PLOT = "document.querySelector('#map .part-map').view.plot"
READY = "document.querySelector('#map .part-map')?.view?.plot"
SOLID = f"() => {READY}?.depth && !{READY}.moving"
TURN = f"() => {PLOT}.turn.join()"
POINT = f"""point => {{ const plot = {PLOT}, {{ across, down }} = plot.scales(), box = plot.surface.getBoundingClientRect();
  return [box.left + across(plot.x[point]), box.top + down(plot.y[point])]; }}"""


def test_the_map_unfolds_into_space_is_turned_heard_and_laid_flat_again(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    seen.listen()
    page.locator("#map .map-space").click()
    page.wait_for_function(SOLID)
    page.locator("#map .badge", has_text="in space").wait_for()
    page.wait_for_function("location.search.includes('space=1')")
    page.locator("#run-settings .set-head").wait_for()  # above the map, which stays in place from now on
    seen.rest()
    stage = page.locator("#map .map-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    before = page.evaluate(TURN)
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 60, steps=5)
    page.mouse.up()
    dragged = page.evaluate(TURN)
    assert dragged != before
    stage.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert page.evaluate(TURN) != dragged
    page.wait_for_timeout(300)
    front = page.evaluate(f"() => {PLOT}.depth.indexOf(Math.max(...{PLOT}.depth))")
    page.mouse.click(*page.evaluate(POINT, front))
    page.wait_for_function("heard.length === 1")
    page.locator("#map .ring.chosen").wait_for(state="attached")
    page.reload()
    page.wait_for_function(SOLID)
    page.locator("#map .map-space").click()
    page.wait_for_function(f"() => !{PLOT}.depth && !{PLOT}.moving")
    page.wait_for_function("!location.search.includes('space')")
    assert seen.troubles == []
