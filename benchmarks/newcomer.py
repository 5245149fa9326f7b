"""What somebody waits for who opens the page of a server that was started just now; see benchmarks.page.

Each function waits until something is drawn, not merely answered, and drives a page of Playwright.
"""

import statistics
import time
from typing import Any

CHANGES = 7
SLOW_MS = 90_000
SETTLE_MS = 400
"""Nobody moves the next slider in the instant in which a view was drawn."""

PLACE = """i => { const { view } = document.querySelector('.part-map'); const { across, down } = view.plot.scales();
  const box = view.stage.getBoundingClientRect(); return [box.left + across(view.plot.x[i]), box.top + down(view.plot.y[i])]; }"""
MAP_SHOWN = "document.querySelector('#map .part-map[data-state=shown]')?.view.run"
ASKED = "performance.getEntriesByType('resource').filter(e => e.name.includes('/x/views?'))"
VIEWS = """([place, what]) => {0}.some(e => e.name.includes(what) && e.responseEnd > 0)
  && document.querySelector(`${place} .pair`)?.getAttribute('aria-busy') === 'false'
  && document.querySelectorAll(`${place} .player[data-state=shown]`).length === 2""".replace("{0}", ASKED)
"""Both views of what was asked for last are drawn at this place of the page."""
LISTEN = "?tab=listen&run=example"


def map_drawn(page: Any, address: str) -> None:
    """Open the page, and wait until the map of the example run is drawn."""
    page.goto(address)
    page.wait_for_function(MAP_SHOWN, timeout=SLOW_MS, polling=20)


def first_views_seconds(page: Any) -> float:
    """From a click on a point of the map until both views of its clip are drawn."""
    place = "() => document.querySelector('.part-map').view"
    page.wait_for_function("!document.querySelector('.part-map').view.plot.moving", timeout=SLOW_MS)
    point = int(page.evaluate(f"({place})().clips.points.n")) // 3
    x, y = page.evaluate(PLACE, point)
    page.mouse.move(x, y)
    clicked = time.perf_counter()
    page.mouse.click(x, y)
    page.wait_for_function(f"({place})().chosen !== null", timeout=SLOW_MS, polling=20)
    clip = page.evaluate(
        "() => { const { view } = document.querySelector('.part-map'); return view.clips.clipOf(view.chosen); }"
    )
    page.wait_for_function(VIEWS, arg=["#two-views", f"clip={clip}&"], timeout=SLOW_MS, polling=20)
    return time.perf_counter() - clicked


def augmentation_seconds(page: Any, address: str, clip: int) -> float:
    """Median time from moving a slider of the augmentations until both views are drawn anew."""
    page.goto(f"{address}/{LISTEN}&clip={clip}")
    page.wait_for_function(VIEWS, arg=["#views-pair", "clip="], timeout=SLOW_MS)
    slider = page.locator("#views-form .setting[data-name=noise] input[type=range]")
    slider.scroll_into_view_if_needed()
    found = []
    for change in range(CHANGES):
        page.wait_for_timeout(SETTLE_MS)
        page.evaluate("performance.clearResourceTimings()")
        moved = time.perf_counter()
        slider.press(("PageUp", "PageDown")[change % 2])
        page.wait_for_function(VIEWS, arg=["#views-pair", "clip="], timeout=SLOW_MS, polling=10)
        found.append(time.perf_counter() - moved)
    return statistics.median(found)
