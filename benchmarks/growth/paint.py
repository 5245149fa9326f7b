"""How long a page takes to show a run of so many clips: from the address to the drawn map."""

import time
from pathlib import Path

from benchmarks.driven import FLAGS
from benchmarks.newcomer import MAP_SHOWN
from benchmarks.served import served


def first_paint(runs: Path, name: str, chromium: str) -> dict[str, float]:
    """{"paint_seconds", "sounds_seconds"}: until the map of the run's newest step, and until its clips can be heard."""
    from playwright.sync_api import sync_playwright

    with served(runs) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        began = time.perf_counter()
        page.goto(f"{server.address}/?run={name}")
        page.wait_for_function(f"({MAP_SHOWN}) === {name!r}", timeout=120_000, polling=50)
        painted = time.perf_counter() - began
        page.wait_for_function(HEARD, timeout=120_000, polling=50)
        heard = time.perf_counter() - began
        browser.close()
    return {"paint_seconds": round(painted, 2), "sounds_seconds": round(heard, 2)}


HEARD = "document.querySelector('.part-map').view?.clips?.points?.sounds === true"
"""Whether the page knows that the points can be heard: the server has opened all the run's clips by then."""
