"""A map that holds a sample of the data's clips says so, and what it doesn't hold can be tagged all the same."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import made_up
from tests.browser.seen import Seen
from tests.browser.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def sample(finished_site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run on the sounds of "made-up", whose map holds 200 of their 300 clips."""
    for name, value in finished_site.environment.items():
        monkeypatch.setenv(name, value)
    run = made_up().write_run(finished_site.runs / "sample", 200, fingerprint="1" * 64)
    probe = run.path / "probe.json"
    probe.write_text(json.dumps({**json.loads(probe.read_text()), "data_clips": 300}))
    yield run.path
    shutil.rmtree(run.path)


def test_clips_that_the_map_does_not_hold_are_told_and_tagged(
    sample: Path, finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=sample&selection=3-250")
    expect(page.locator("#map .map-part")).to_have_text("200 of the data's 300 clips, evenly drawn")
    expect(page.locator("#selection .selection-count")).to_have_text("2 clips")
    expect(page.locator("#selection .selection-how")).to_contain_text("1 of these is not on the map")
    expect(page.locator("#selection .selection-list .clip")).to_have_count(1)
    page.get_by_label("Tag the selected clips").fill("far")
    page.get_by_role("button", name="Tag all 2").click()
    page.locator("#selection .tag-said", has_text="given to 2 clips").wait_for()
    kept = finished_site.tags_file
    assert json.loads(kept.read_text().splitlines()[-1])["add"] == ["clip-3", "clip-250"]
    page.locator("#selection summary", has_text="Take away").click()
    expect(page.locator("#selection code", has_text="tags copy")).to_be_visible()
    page.get_by_label("all clips of the map").check()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Label tracks").click()
    texts = zipfile.ZipFile(coming.value.path()).namelist()
    assert sorted(name for name in texts if "Table" not in name) == ["bell-250.txt", "seven-3.txt"]
    page.get_by_role("button", name="Undo").click()
    page.locator(".tag-chip").wait_for(state="detached")
    assert seen.troubles == []
