"""The real page in Chromium: what starts a run there and clicks on its map, and how long each takes; see benchmarks.page."""

import json
import statistics
import time
from typing import Any

from benchmarks.newcomer import MAP_SHOWN, PLACE

FLAGS = [
    "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing",
]  # fmt: skip
"""WebGL without a GPU, and pages put together by the processor itself, as a browser does on a machine that has none:
through the emulated GPU every frame costs ten times as much."""
CLICKS = 20
LISTEN = """() => { window.heard = []; for (const kind of ['sound', 'neighbours'])
  document.addEventListener('hearsight:' + kind, e => heard.push({kind, ...e.detail})); }"""
SHOWN_RUN = "new URLSearchParams(location.search).get('run')"
FIRST_LOSS = """shown => { const { run } = document.querySelector('.part-charts').dataset;
  const loss = document.querySelector('.chart[aria-label=Loss]:not([hidden]) .js-plotly-plot');
  return run && run !== shown && loss?.data?.[0].x.length > 0; }"""
"""Not that of the run that was shown before."""


def started(page: Any, seconds: float) -> dict[str, float]:
    """Press start: seconds until the first loss point, the first map and the first UMAP."""
    field = page.locator(".setting[data-name=seconds] input[type=text]")
    field.fill(f"{seconds:g}")
    field.press("Tab")
    pressed = time.perf_counter()
    shown = page.evaluate(SHOWN_RUN)  # the example run, or none
    page.get_by_role("button", name="Start training").click()
    page.wait_for_function(FIRST_LOSS, arg=shown, timeout=60_000, polling=50)
    first_loss = time.perf_counter() - pressed
    own = page.evaluate(SHOWN_RUN)
    page.wait_for_function(f"({MAP_SHOWN}) === {json.dumps(own)}", timeout=60_000, polling=50)
    first_map = time.perf_counter() - pressed
    page.wait_for_function(
        f"({MAP_SHOWN}) === {json.dumps(own)} && document.querySelector('#map .badge').textContent === 'UMAP'",
        timeout=90_000, polling=50,
    )  # fmt: skip
    return {
        "first_loss_seconds": first_loss,
        "first_map_seconds": first_map,
        "first_umap_seconds": time.perf_counter() - pressed,
    }


def clicks(page: Any) -> dict[str, float]:
    """Median milliseconds from a click on a point to its sound, and to its neighbours."""
    page.evaluate(LISTEN)
    points = int(page.evaluate("document.querySelector('.part-map').view.clips.points.n"))
    for i in range(CLICKS):
        page.wait_for_function("!document.querySelector('.part-map').view.plot.moving")
        x, y = page.evaluate(PLACE, i * points // CLICKS)
        page.mouse.move(x, y)
        page.wait_for_timeout(200)  # nobody clicks in the instant of arriving
        page.mouse.click(x, y)
        page.wait_for_timeout(700)
    heard = page.evaluate("heard")
    return {
        f"click_to_{kind}_ms": statistics.median(said["milliseconds"] for said in heard if said["kind"] == kind)
        for kind in ("sound", "neighbours")
    }
