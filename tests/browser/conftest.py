"""Sites with runs and without, and a Chromium to look at them with."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.browser.seen import PATIENCE_SECONDS, Seen
from tests.browser.site import MADE_STARTER, ROOT, Site
from tests.support.sound_files import tone, written
from training.data import STARTER, open_dataset

LOOKED_FOR = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-gpu-compositing"]
"""Pages are put together by the processor itself: through an emulated GPU every frame costs several times as much."""
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""A microphone that beeps, and nobody who must be asked for it."""
SCRIPTS = (
    "<img src=x onerror='window.ran=1'>",
    "${window.ran=2}",
    "{{window.ran}}",
    "<b>bold</b>",
    "<script>window.ran=3</script>",
)
"""Labels as somebody with bad intentions would choose them."""


LONGEST_SECONDS = 5 * PATIENCE_SECONDS
"""That one test may take, with the servers that it is the first to ask for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No test in the browser is broken off while it still waits for something with patience."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))


def chromium() -> str:
    """The Chromium of this machine; without one the test is skipped, or fails where HEARSIGHT_REQUIRE_BROWSER is set.

    Either says where it was looked for.
    """
    named = os.environ.get("HEARSIGHT_CHROMIUM")
    found = named or next((path for word in LOOKED_FOR if (path := shutil.which(word))), None)
    if found is None:
        looked = f"no Chromium: looked in PATH for {', '.join(LOOKED_FOR)}, and at HEARSIGHT_CHROMIUM"
        if os.environ.get("HEARSIGHT_REQUIRE_BROWSER"):
            pytest.fail(looked, pytrace=False)
        pytest.skip(looked)
    return found


def made_up() -> ModuleType:
    """The made-up run and data set of tests/explorer/conftest.py."""
    spec = importlib.util.spec_from_file_location("made_up", ROOT / "tests" / "explorer" / "conftest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import expect, sync_playwright

    path = chromium()
    patience = 1000 * PATIENCE_SECONDS
    expect.set_options(timeout=patience)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *MICROPHONE], timeout=patience)
        yield opened
        opened.close()


@pytest.fixture(scope="session", autouse=True)
def _made_starter(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The built-in set is at hand of every site; of several test processes one makes it, and the others wait.

    Whoever has it made already names it before.
    """
    if MADE_STARTER in os.environ:
        return
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "starter"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared))
        os.environ[MADE_STARTER] = str(shared / "hearsight" / "data" / open_dataset(STARTER).fingerprint)


@pytest.fixture(scope="session")
def finished_site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with two finished runs, "made-up" and "scripts", whose sounds and layouts are at hand, and "bare" without sounds."""
    made = made_up()
    site = Site(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in site.environment.items():
            patch.setenv(name, value)
        _write_run(made, site.runs / "made-up", "1" * 64)
        made.write_run(site.runs / "bare", fingerprint="3" * 64)
        made.CLASSES = SCRIPTS
        _write_run(made, site.runs / "scripts", "2" * 64)
    site.open()
    yield site
    site.close()


@pytest.fixture(scope="module")
def lent_site(finished_site: Site) -> Iterator[Site]:
    """The finished site, lent to one file of tests: the runs that it adds are gone afterwards."""
    before = set(finished_site.runs.iterdir())
    yield finished_site
    for path in set(finished_site.runs.iterdir()) - before:
        if not path.name.startswith("."):
            shutil.rmtree(path)


@pytest.fixture(scope="session")
def own_sounds_site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on forty sounds in two classes, with a run, "made", that was trained on them for a moment."""
    site = Site(tmp_path_factory.mktemp("sounds"))
    sounds = site.folder / "sounds"
    for name, low, step in (("high", 2_000, 20), ("low", 200, 5)):
        (sounds / name).mkdir(parents=True)
        for i in range(20):
            written(sounds / name / f"{i}.wav", tone(0.6, hz=low + step * i))
    site.environment["HEARSIGHT_DATA"] = str(sounds)
    command = [sys.executable, "-m", "training", "run", "--data", str(sounds), "--steps", "4", "--set", "batch_size=16"]
    subprocess.run([*command, "--out", str(site.runs / "made")], cwd=ROOT, env=site.env, check=True)
    site.open()
    yield site
    site.close()


@pytest.fixture
def empty_site(browser: Any, tmp_path: Path) -> Iterator[Site]:
    """A site that has no run yet."""
    site = Site(tmp_path)
    site.open()
    yield site
    site.close()


@pytest.fixture(scope="session")
def contexts(browser: Any) -> Callable[[bool], Any]:
    """The context of the browser with or without touch, whose cache spares a page from being read anew for each test."""
    kept: dict[bool, Any] = {}

    def context(touch: bool) -> Any:
        if touch not in kept:
            kept[touch] = browser.new_context(has_touch=touch)
        return kept[touch]

    return context


@pytest.fixture
def look(browser: Any, contexts: Callable[[bool], Any]) -> Iterator[Callable[..., Seen]]:
    """`look(site, width=…, height=…, touch=…)` gives a page to drive, of a visitor whose browser keeps nothing yet.

    `alone`: in a context of its own, for whoever changes what all pages of a context share, such as its clock. The tags
    that were given meanwhile are gone afterwards, so that no test meets another's.
    """
    pages: list[Any] = []
    own: list[Any] = []
    sites: list[Site] = []

    def opened(site: Site, *, width: int = 1280, height: int = 900, touch: bool = False, alone: bool = False) -> Seen:
        context = browser.new_context(has_touch=touch) if alone else contexts(touch)
        own.extend([context] if alone else [])
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE_SECONDS)
        pages.append(page)
        sites.extend([site] if isinstance(site, Site) else [])  # what was exported has no server that keeps tags
        page.set_viewport_size({"width": width, "height": height})
        if not any(other.url.startswith(site.address) for other in pages):
            forget = {"origin": site.address, "storageTypes": "local_storage,indexeddb,cookies"}
            context.new_cdp_session(page).send("Storage.clearDataForOrigin", forget)
        return Seen(page, site.address)

    yield opened
    for page in pages:
        page.unroute_all(behavior="ignoreErrors")  # what a test answers itself may just be asked for
    for opened_by_test in (*pages, *own):
        opened_by_test.close()
    for site in sites:
        site.tags_file.unlink(missing_ok=True)


def _write_run(made: ModuleType, path: Path, fingerprint: str) -> None:
    from explorer.runs.layouts import Layout, LayoutFolders
    from explorer.runs.snapshots import snapshot_hash

    made.write_dataset(fingerprint=fingerprint)
    run = made.write_run(path, fingerprint=fingerprint)
    for step in run.snapshots():
        vectors = run.snapshot(step)["embeddings"].astype(np.float32)
        key = snapshot_hash(run, step)
        assert key is not None
        LayoutFolders().write(key, Layout(vectors[:, :2] / np.abs(vectors[:, :2]).max(), "umap", 0.97))
