"""How long a page takes to show a run of so many clips: from the address to the drawn map."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.driven import FLAGS, ROOT, answers
from benchmarks.newcomer import MAP_SHOWN


def first_paint(runs: Path, name: str, port: int, chromium: str) -> dict[str, float]:
    """{"paint_seconds", "listen_seconds"}: until the map of the run's newest step, and until Listen has a clip of its data."""
    from playwright.sync_api import sync_playwright

    address, quiet = f"http://127.0.0.1:{port}", subprocess.DEVNULL
    command = [sys.executable, "app.py", "--port", str(port), "--runs", str(runs)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    try:
        while not answers(address):
            time.sleep(0.05)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            began = time.perf_counter()
            page.goto(f"{address}/?run={name}")
            page.wait_for_function(f"({MAP_SHOWN}) === {name!r}", timeout=120_000, polling=50)
            painted = time.perf_counter() - began
            page.wait_for_function(HEARD, timeout=120_000, polling=50)
            heard = time.perf_counter() - began
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
    return {"paint_seconds": round(painted, 2), "sounds_seconds": round(heard, 2)}


HEARD = "document.querySelector('.part-map').view?.clips?.points?.sounds === true"
"""Whether the page knows that the points can be heard: the server has opened all the run's clips by then."""
