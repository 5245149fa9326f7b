"""The pictures of README.md: the page as it is now, on the example run, in Chromium.

    python -m benchmarks.screenshots [--chromium /usr/bin/chromium]

Writes assets/screenshots/*.png and learning.webp, in which the timeline is played. The built-in sounds are made first where
they aren't yet.
"""

import argparse
import io
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image

from benchmarks.driven import FLAGS
from benchmarks.newcomer import MAP_SHOWN
from benchmarks.served import served
from training.data import open_dataset
from training.process import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = PROJECT / "assets" / "screenshots"
PATIENCE_MS = 120_000
SETTLE_MS = 3_000
"""Charts, pictures of sounds and the names on the map are drawn one after the other."""
CLIP = 832
"""The word "three", which all pages show: one of its ten nearest is of its class before the training, all ten are afterwards."""
FILM_WIDTH = 1080
FRAME_SECONDS = 0.12
STILL_SECONDS = 1.5
"""How long the first frame and the last stand."""


@dataclass(frozen=True)
class Picture:
    """One page."""

    name: str
    address: str
    """What is looked at, and until what is there the picture waits."""
    there: str
    width: int = 1440
    height: int = 980
    scheme: Literal["light", "dark"] = "light"


CURVES = "document.querySelectorAll('.chart .js-plotly-plot .scatterlayer .trace').length > 3"
FILLED = "!document.body.innerText.includes('The form is being filled')"
PAIR = "/To the model these two/.test(document.body.innerText)"
LIVE = (f"tab=live&run=example&clip={CLIP}", f"{MAP_SHOWN} && {CURVES} && {FILLED}")
PICTURES = (
    Picture("live", *LIVE),
    Picture("live-dark", *LIVE, scheme="dark"),
    Picture("live-phone", f"tab=live&run=example&clip={CLIP}", f"{MAP_SHOWN} && {FILLED}", width=390, height=1100),
    Picture("listen", f"tab=listen&run=example&clip={CLIP}", PAIR),
    Picture("find", f"tab=find&run=example&clip={CLIP}", "document.querySelector('#found-list .clip')"),
    Picture("methods", "tab=methods&method=simclr", "document.querySelector('#methods-table tbody tr')"),
)


def film(page: "Page", to: Path) -> None:
    """Play the timeline of `page` from its first snapshot to its last, as an animation that begins again."""
    frames, seconds = [page.screenshot()], [STILL_SECONDS]
    page.get_by_role("button", name="Play the snapshots").click()
    playing = page.get_by_role("button", name="Stop playing the snapshots")
    while playing.count():
        begun = time.monotonic()
        frames.append(page.screenshot())
        page.wait_for_timeout(1000 * max(0.0, FRAME_SECONDS - (time.monotonic() - begun)))
        seconds.append(time.monotonic() - begun)
    page.wait_for_timeout(1000 * STILL_SECONDS)
    frames.append(page.screenshot())
    seconds.append(STILL_SECONDS)
    drawn = [Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames]
    small = [
        image.resize((FILM_WIDTH, FILM_WIDTH * image.height // image.width), Image.Resampling.LANCZOS)
        for image in drawn
    ]
    small[0].save(
        to, save_all=True, append_images=small[1:], duration=[int(1000 * s) for s in seconds], loop=0, quality=65
    )


def main() -> None:
    """Draw them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "", help="the browser's program")
    options = parser.parse_args()
    open_dataset("starter")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as runs, served(Path(runs)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        for picture in PICTURES:
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.scheme
            )
            page.goto(f"{server.address}/?{picture.address}")
            page.wait_for_function(picture.there, timeout=PATIENCE_MS)
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=FOLDER / f"{picture.name}.png")
            page.close()
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{server.address}/?{LIVE[0]}&step=0")
        page.wait_for_function(LIVE[1], timeout=PATIENCE_MS)
        page.wait_for_timeout(SETTLE_MS)
        film(page, FOLDER / "learning.webp")
        browser.close()


if __name__ == "__main__":
    main()
