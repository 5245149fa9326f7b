"""What somebody waits for who opens the page of a server that was started just now; see benchmarks.page.

Each function waits until something is drawn, not merely answered, and drives a page of Playwright.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

CHANGES = 7
SLOW_MS = 30_000
SETTLE_MS = 400
"""Nobody moves the next slider in the instant in which a view was drawn."""

PLACE = """i => { const { view } = document.querySelector('.part-map'); const { across, down } = view.plot.scales();
  const box = view.stage.getBoundingClientRect(); return [box.left + across(view.plot.x[i]), box.top + down(view.plot.y[i])]; }"""
MAP_SHOWN = "document.querySelector('#map .part-map[data-state=shown]')?.view.run"
DRAWN = """place => document.querySelector(`${place} .pair`)?.getAttribute('aria-busy') === 'false'
  && document.querySelectorAll(`${place} .player[data-state=shown]`).length === 2"""
"""Both views of what was answered last are drawn at this place of the page."""
CHOSEN = "(() => { const { view } = document.querySelector('.part-map'); return view.clips.clipOf(view.chosen); })()"
LISTEN = "?tab=listen&run=example&clip=5"


def map_drawn(page: Any, address: str) -> None:
    """Open the page, and wait until the map of the example run is drawn."""
    page.goto(address)
    page.wait_for_function(MAP_SHOWN, timeout=SLOW_MS, polling=20)


def first_views_seconds(page: Any) -> float:
    """From a click on a point of the map until both views of its clip are drawn."""
    page.wait_for_function("!document.querySelector('.part-map').view.plot.moving", timeout=SLOW_MS)
    points = int(page.evaluate("document.querySelector('.part-map').view.clips.points.n"))
    shown = f"clip={page.evaluate(CHOSEN)}&"
    x, y = page.evaluate(PLACE, points // 3)
    page.mouse.move(x, y)
    return drawn_after(page, "#two-views", lambda url: shown not in url, lambda: page.mouse.click(x, y))


def augmentation_seconds(page: Any, address: str) -> float:
    """Median time from moving a slider of the augmentations until both views are drawn anew."""
    drawn_after(page, "#views-pair", lambda url: True, lambda: page.goto(f"{address}/{LISTEN}"))
    slider = page.locator("#views-form .setting[data-name=mixup] input[type=range]")
    slider.scroll_into_view_if_needed()
    found = []
    for _ in range(CHANGES):
        page.wait_for_timeout(SETTLE_MS)
        found.append(drawn_after(page, "#views-pair", lambda url: True, partial(slider.press, "ArrowRight")))
    return statistics.median(found)


def drawn_after(page: Any, place: str, meant: Callable[[str], bool], act: Callable[[], Any]) -> float:
    """Seconds from what is done until the views that were asked for by it, at an address that is `meant`, are drawn."""
    began = time.perf_counter()
    with page.expect_event(
        "requestfinished", lambda asked: "/x/views?" in asked.url and meant(asked.url), timeout=SLOW_MS
    ):
        act()
    page.wait_for_function(DRAWN, arg=place, timeout=SLOW_MS, polling=10)
    return time.perf_counter() - began
