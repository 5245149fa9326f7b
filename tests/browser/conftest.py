"""A server started as a user starts it, and a Chromium to look at it with."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from training.data import STARTER, open_dataset

ROOT = Path(__file__).resolve().parents[2]
LOOKED_FOR = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-gpu-compositing"]
"""Pages are put together by the processor itself: through an emulated GPU every frame costs several times as much."""
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""A microphone that beeps, and nobody who must be asked for it."""
START_SECONDS = 90
MADE_STARTER = "HEARSIGHT_TESTS_STARTER"
"""Names the built-in set, made once for all sites of these tests: to make it takes both cores for half a minute. Where it
is not set, a server makes its own."""
BUSY = "503 (Service Unavailable)"
"""A busy server's answer, after which the page asks again."""
UNMEANT = ("/gradio_api/cancel", "/gradio_api/reset")
"""Refusals that mean nothing: where one event follows another at once, Gradio's client cancels the first before it knows
that event's number, which the server calls a mistake."""
SCRIPTS = (
    "<img src=x onerror='window.ran=1'>",
    "${window.ran=2}",
    "{{window.ran}}",
    "<b>bold</b>",
    "<script>window.ran=3</script>",
)
"""Labels as somebody with bad intentions would choose them."""


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


class Seen:
    """A page of the browser, and everything that went wrong on it."""

    def __init__(self, page: Any, address: str):
        self.page = page
        self.address = address
        self.troubles: list[str] = []
        self.elsewhere: list[str] = []
        self.whole_pages: list[str] = []
        """Requests for the page itself: one for each `open`."""
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._hear)
        page.on("request", self._note)

    def open(self, query: str = "") -> Any:
        """Go to the page and wait until it is drawn."""
        self.page.goto(f"{self.address}/?{query}")
        self.page.get_by_role("tab").first.wait_for(timeout=60_000)
        return self.page

    def _hear(self, said: Any) -> None:
        if said.type == "error" and BUSY not in said.text and not said.location.get("url", "").endswith(UNMEANT):
            self.troubles.append(f"{said.text} {said.location.get('url', '')}".strip())

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.elsewhere.append(request.url)
        if request.url.partition("?")[0] == f"{self.address}/":
            self.whole_pages.append(request.url)


class Site:
    """A server started as a user starts it, with runs, cache and uploads below one folder of its own."""

    def __init__(self, folder: Path, started_in: Path = ROOT):
        self.folder = folder
        self.started_in = started_in
        self.runs = folder / "runs"
        folders = {"XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "own", "GRADIO_TEMP_DIR": "gradio"}
        self.environment = {name: str(folder / below) for name, below in folders.items()}
        self.address = ""

    def open(self) -> None:
        """Start app.py and wait until it answers; where it did before, if it did."""
        if MADE_STARTER in os.environ:
            self._link(Path(os.environ[MADE_STARTER]))
        port = self.address.rpartition(":")[2] or str(free_port())
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, str(ROOT / "app.py"), "--port", port, "--runs", str(self.runs)]
        with (self.folder / "server.txt").open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self.started_in, env=self.env, stdout=log, stderr=subprocess.STDOUT
            )
        until = time.monotonic() + START_SECONDS
        while not _answers(self.address):
            assert self._process.poll() is None and time.monotonic() < until, self.log()
            time.sleep(0.1)

    def _link(self, starter: Path) -> None:
        """Let the server find the built-in set made."""
        linked = Path(self.environment["XDG_CACHE_HOME"]) / "hearsight" / "data" / starter.name
        linked.parent.mkdir(parents=True, exist_ok=True)
        if not linked.exists():
            linked.symlink_to(starter)

    @property
    def env(self) -> dict[str, str]:
        """Variables of the environment of whatever works with these runs."""
        return {**os.environ, **self.environment}

    def log(self) -> str:
        """What the server said."""
        return (self.folder / "server.txt").read_text()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it as a supervisor would."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *MICROPHONE])
        yield opened
        opened.close()


@pytest.fixture(scope="session", autouse=True)
def _made_starter(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The built-in set is at hand of every site; of several test processes one makes it, and the others wait."""
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

    `alone`: in a context of its own, for whoever changes what all pages of a context share, such as its clock.
    """
    pages: list[Any] = []
    own: list[Any] = []

    def opened(site: Site, *, width: int = 1280, height: int = 900, touch: bool = False, alone: bool = False) -> Seen:
        context = browser.new_context(has_touch=touch) if alone else contexts(touch)
        own.extend([context] if alone else [])
        page = context.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        if not any(other.url.startswith(site.address) for other in pages):
            forget = {"origin": site.address, "storageTypes": "local_storage,indexeddb,cookies"}
            context.new_cdp_session(page).send("Storage.clearDataForOrigin", forget)
        return Seen(page, site.address)

    yield opened
    for opened_by_test in (*pages, *own):
        opened_by_test.close()


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


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
