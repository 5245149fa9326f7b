"""Somebody watches her own training loop, of which Hearsight knows nothing, and stops it."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.seen import PATIENCE_SECONDS, Seen
from tests.browser.site import ROOT, Site
from tests.browser.test_knowledge import OPENED
from tests.explorer.test_watched import write_sounds

pytestmark = [pytest.mark.browser, pytest.mark.whole]


@pytest.fixture
def loop(browser: Any, tmp_path: Path) -> Iterator[tuple[Site, subprocess.Popen[bytes]]]:
    """A site, and a loop that trains until it is stopped and writes its run there as `mine`."""
    site = Site(tmp_path)
    write_sounds(tmp_path / "sounds")
    for file in (ROOT / "training" / "watch.py", ROOT / "tests" / "support" / "own_loop.py"):
        shutil.copy(file, tmp_path)
    site.open()
    command = ["nice", sys.executable, "own_loop.py", "sounds", str(site.runs / "mine"), "1000000"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # one that is ignored would be in the loop, too
    with subprocess.Popen(command, cwd=tmp_path) as process:
        signal.signal(signal.SIGINT, before)
        until = time.monotonic() + PATIENCE_SECONDS
        while not (site.runs / "mine" / "config.json").exists():
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.1)
        yield site, process
        process.kill()
    site.close()


def test_a_loop_of_ones_own_is_watched_while_it_trains(
    loop: tuple[Site, subprocess.Popen[bytes]], look: Callable[..., Seen]
) -> None:
    site, process = loop
    seen = look(site)
    page = seen.open("tab=live&run=mine")
    state = page.locator("#about-run .state-line")
    state.filter(has_text="Training, step").wait_for()
    settings = page.locator("#run-settings")
    settings.get_by_text("my SimCLR on sounds").wait_for()
    settings.get_by_text("temperature 0.2").wait_for()
    settings.get_by_text("Hearsight does not train this run").wait_for()
    assert page.locator("#run-state button").count() == 0 and settings.get_by_text("Again with").count() == 0
    for title in ("Loss", "Cross-group kNN", "Effective rank"):
        page.locator(f'.chart[aria-label="{title}"] .js-plotly-plot').wait_for()
    page.locator('.chart[aria-label="Cross-group kNN"]').get_by_text("MFCC").wait_for()
    assert not page.locator("#two-views").is_visible()
    page.locator("#map .legend-name", has_text="bell").wait_for()
    process.send_signal(signal.SIGINT)
    state.filter(has_text="Stopped at step").wait_for()
    assert "resumed" not in state.inner_text()
    page.wait_for_function(OPENED, polling=200)
    page.locator(".known-head button", has_text="Work it out").click()
    page.locator(".known-facets td.probe").first.wait_for()
    page.locator(".known-note", has_text="Hearsight has the embeddings of this run but not its encoder").wait_for()
    assert not seen.troubles
