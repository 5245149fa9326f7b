"""An exported run in a real browser, from a plain file host: it can be seen, heard and moved through, and nothing else is asked."""

import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
from playwright.sync_api import expect

from benchmarks.served import answers, free_port
from tests.browser.seen import PATIENCE_SECONDS, Seen
from tests.browser.site import Site
from tests.browser.test_map_page import LISTEN, LONELIEST, PLACE, coloured_share

pytestmark = pytest.mark.browser

HEAR = """() => { window.begun = []; const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when) { begun.push(this.buffer.duration); return start.apply(this, when); }; }"""
NOTE_NOTICES = """() => { window.said = []; const notice = document.querySelector('#export-notice');
  new MutationObserver(() => said.push(notice.textContent)).observe(notice, { childList: true, subtree: true, characterData: true }); }"""
"""Keeps what is said on the way, which may be over before anybody looks."""
LISTED = """[...document.querySelectorAll('.map-panel .clip')].map(row => {
  row.querySelector('.clip-file')?.remove();
  return row.innerText.replace(/\\s+/g, ' ').trim();
})"""
"""Without the names of files, which stay where they are."""
MOVED = "step => { const { view } = document.querySelector('#map .part-map'); return view.shownLayout.step === step && !view.plot.moving; }"


@contextmanager
def hosted(folder: Path) -> Iterator[SimpleNamespace]:
    """A plain file host of `folder`, as anybody has one."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(folder), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not answers(address):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        yield SimpleNamespace(address=address, folder=folder)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def exported(finished_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`exported(run)` is the folder of a run's export; each is written once."""
    folder = tmp_path_factory.mktemp("exports")

    def written(run: str) -> Path:
        to = folder / run
        if not to.exists():
            command = [sys.executable, "-m", "explorer", "export", run, "--runs", str(finished_site.runs)]
            subprocess.run([*command, "--to", str(to)], env=finished_site.env, check=True, capture_output=True)
        return to

    return written


def shown(seen: Seen, query: str = "") -> Any:
    page = seen.page
    page.goto(f"{seen.address}/?{query}")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    return page


def test_an_export_is_seen_and_heard(exported: Callable[..., Path], look: Callable[..., Seen]) -> None:
    with hosted(exported("made-up")) as site:
        seen = look(site)
        page = shown(seen)
        expect(page.locator(".state-line")).to_have_text("Finished after 20 steps in 5 s.")
        assert coloured_share(page) > 0.01
        page.evaluate(HEAR)
        page.evaluate(LISTEN)
        page.mouse.move(*page.evaluate(PLACE, 7))
        page.mouse.click(*page.evaluate(PLACE, 7))
        page.wait_for_function("() => window.heard.length >= 2 && begun.length === 1")
        assert page.evaluate("begun[0]") == pytest.approx(0.25, abs=0.1)
        page.locator(".map-panel .clip-picture").nth(9).scroll_into_view_if_needed()  # far below it they are not drawn
        page.wait_for_function("() => document.querySelectorAll('.map-panel .clip-picture canvas.drawn').length === 10")
        assert page.locator("#map .ring.near").count() == 10
        page.locator(".map-panel .player[data-state=shown]").wait_for()
        page.locator("#charts").scroll_into_view_if_needed()
        page.locator(".chart:visible .js-plotly-plot").first.wait_for()
        page.locator(".chart:visible").nth(1).wait_for()
        first, second = (page.locator(".chart:visible").nth(i).bounding_box() for i in (0, 1))
        assert first["y"] == second["y"] and first["width"] < 500, "the curves stand beside each other"
        page.locator("#lens").scroll_into_view_if_needed()
        page.locator("#lens .lens canvas").first.wait_for()
        page.locator(".export-card", has_text="SimCLR").locator("math mfrac").first.wait_for()
        paper = page.locator(".export-card .export-faint a")
        expect(paper).to_have_text(["arXiv 2002.05709"])
        expect(paper).to_have_attribute("href", "https://arxiv.org/abs/2002.05709")
        assert page.locator(".export-troubles").is_hidden()
        assert page.locator(".state-buttons button").count() == 0
        assert seen.troubles == [] and seen.elsewhere == []


def test_the_timeline_of_an_export_moves_the_points(exported: Callable[..., Path], look: Callable[..., Seen]) -> None:
    with hosted(exported("made-up")) as site:
        seen = look(site)
        page = shown(seen)
        before = page.evaluate(PLACE, 3)
        page.locator("#map").get_by_label("Snapshot", exact=True).focus()
        page.keyboard.press("Home")
        page.wait_for_function(MOVED, arg=0)
        assert not np.allclose(page.evaluate(PLACE, 3), before, atol=1)
        assert coloured_share(page) > 0.005
        assert "step 0" in page.locator("#map .timeline-words").inner_text()
        assert seen.troubles == [] and seen.elsewhere == []


def test_what_is_looked_at_survives_a_reload(exported: Callable[..., Path], look: Callable[..., Seen]) -> None:
    with hosted(exported("made-up")) as site:
        seen = look(site)
        page = shown(seen)
        loneliest = page.evaluate(LONELIEST)
        page.mouse.click(*page.evaluate(PLACE, loneliest))
        page.wait_for_function(f"() => location.search.includes('clip={loneliest}')")
        chosen = page.locator(".map-panel .player-title").inner_text()
        page.reload()
        page.locator(".map-panel .player[data-state=shown]").wait_for()
        page.wait_for_function(f"document.querySelector('#map .part-map').view.chosen === {loneliest}")
        expect(page.locator(".map-panel .player-title")).to_have_text(chosen)
        page.locator("#map").get_by_label("Snapshot", exact=True).focus()
        page.keyboard.press("Home")
        page.locator("#map").get_by_label("Colour by").select_option("source")
        page.wait_for_function("() => /step=0\\b/.test(location.search) && location.search.includes('colour=source')")
        page.reload()
        page.wait_for_function("() => document.querySelector('#map .part-map')?.view?.shownLayout?.step === 0")
        expect(page.locator("#map").get_by_label("Colour by")).to_have_value("source")
        assert seen.troubles == [] and seen.elsewhere == []


def test_an_export_lists_the_neighbours_that_the_server_lists(
    finished_site: Site, exported: Callable[..., Path], look: Callable[..., Seen]
) -> None:
    listed = []
    with hosted(exported("made-up")) as host:
        for site, query in ((finished_site, "tab=live&run=made-up&clip=12"), (host, "clip=12")):
            seen = look(site)
            page = shown(seen, query)
            page.wait_for_function("() => document.querySelectorAll('.map-panel .clip:not(.waiting)').length === 10")
            listed.append(page.evaluate(LISTED))
            assert seen.troubles == []
    assert listed[0] == listed[1]


def test_security_labels_of_an_export_are_only_text(exported: Callable[..., Path], look: Callable[..., Seen]) -> None:
    with hosted(exported("scripts")) as site:
        seen = look(site)
        page = shown(seen, "clip=0")
        page.locator(".map-panel .clip:not(.waiting)").first.wait_for()
        page.mouse.move(*page.evaluate(PLACE, 2))
        page.locator("#map .map-tip.shown").wait_for()
        assert page.evaluate("window.ran") is None
        assert "<img src=x onerror='window.ran=1'>" in page.locator("#map .legend").inner_text()
        assert seen.troubles == [] and seen.elsewhere == []


def test_missing_sounds_are_told_on_the_page(exported: Callable[..., Path], look: Callable[..., Seen]) -> None:
    with hosted(exported("bare")) as site:
        seen = look(site)
        page = shown(seen, "clip=12")
        said = page.locator(".map-panel .player-message")
        said.filter(has_text="were not on the machine that exported it").wait_for()
        page.wait_for_function("() => document.querySelectorAll('#map .ring.near').length === 10")
        assert seen.troubles == [] and seen.elsewhere == []


def test_a_file_that_is_missing_or_damaged_is_one_sentence(
    exported: Callable[..., Path], look: Callable[..., Seen], tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(exported("made-up"), folder)
    (folder / "data" / "neighbours" / "20.bin").write_bytes(b"short")
    (folder / "data" / "curves.json").unlink()
    with hosted(folder) as site:
        seen = look(site)
        page = shown(seen, "clip=12")
        troubles = page.locator(".export-troubles li")
        page.wait_for_function("() => document.querySelectorAll('.export-troubles li').length === 2")
        assert set(troubles.all_inner_texts()) == {
            "The file data/neighbours/20.bin of this export is damaged.",
            "The file data/curves.json of this export is missing.",
        }
        assert coloured_share(page) > 0.01
        page.locator(".map-panel .player[data-state=shown]").wait_for()
        page.locator("#map").get_by_label("Snapshot", exact=True).focus()
        page.keyboard.press("Home")
        page.wait_for_function("() => document.querySelectorAll('#map .ring.near').length === 10")
        assert all("404" in said for said in seen.troubles) and seen.elsewhere == []
        (folder / "data" / "run.json").write_text("{")
        page.reload()
        page.get_by_text("The file data/run.json of this export is damaged.").wait_for()


def test_the_button_gives_a_zip_of_the_run(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    button = page.get_by_role("button", name="Export this run")
    edge, ground = button.evaluate(
        "b => { const s = getComputedStyle(b); return [`${s.borderTopWidth} ${s.borderTopColor}`, s.backgroundColor]; }"
    )
    assert edge.startswith("1px ") and ground not in edge, "a button is told from a panel"
    notice = page.locator("#export-notice")
    page.evaluate(NOTE_NOTICES)
    page.evaluate("(button) => button.scrollIntoView({ block: 'end' })", button.element_handle())
    button.click()
    expect(notice.locator(".notice-line")).to_be_in_viewport()
    link = notice.get_by_role("link", name="Download the zip")
    link.wait_for()
    assert any("Exporting made-up" in said for said in page.evaluate("said"))
    with page.expect_download() as kept:
        link.click()
    assert kept.value.suggested_filename == "hearsight-made-up.zip"
    with zipfile.ZipFile(kept.value.path()) as packed:
        assert {"hearsight/index.html", "hearsight/data/run.json", "hearsight/data/sounds/7.mp3"} <= set(
            packed.namelist()
        )
    assert seen.troubles == [] and seen.elsewhere == []


def test_clips_of_an_export_are_selected_heard_and_tagged(
    exported: Callable[..., Path], look: Callable[..., Seen]
) -> None:
    with hosted(exported("made-up")) as site:
        seen = look(site)
        page = shown(seen, "selection=1-2-5")
        page.evaluate(HEAR)
        selection = page.locator(".part-selection")
        selection.locator(".selection-count", has_text="3 clips").wait_for()
        selection.get_by_role("button", name="Hear all").click()
        page.wait_for_function("() => begun.length >= 2")
        for tag in ("kick", "<b>snare</b>"):
            selection.get_by_label("Tag the selected clips").fill(tag)
            page.keyboard.press("Enter")
        page.locator("#map").get_by_label("Colour by").select_option("tag:kick")
        page.locator("#map .legend", has_text="without").wait_for()
        page.wait_for_function("() => location.search.includes('colour=')")  # the address follows a moment later
        page.reload()
        page.locator("#map .legend", has_text="without").wait_for()
        assert page.locator(".part-selection").get_by_role("button", name="CSV").count() == 0
        assert page.locator("#map .map-space").is_hidden()
        assert seen.troubles == [] and seen.elsewhere == []


@pytest.mark.parametrize(
    ("button", "kind", "ending"),
    [("Encoder for PyTorch", "encoder", ".pt2"), ("Encoder as ONNX", "encoder-onnx", ".onnx")],
)
def test_the_encoder_of_the_example_is_downloaded(
    button: str, kind: str, ending: str, finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=example")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    page.get_by_role("button", name=button).click()
    with page.expect_download() as kept:
        page.locator(f"#{kind}-notice").get_by_role("link", name="Download the file").click()
    assert kept.value.suggested_filename == f"hearsight-example{ending}"
    if ending == ".pt2":
        assert zipfile.is_zipfile(kept.value.path())
    else:
        assert onnxruntime.InferenceSession(kept.value.path()).get_inputs()[0].name == "waveforms"
    assert seen.troubles == []
