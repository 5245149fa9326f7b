"""A server that was started on sounds of the user's own leads to training on them, and tells runs that know other labels."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import made_up
from tests.browser.seen import Seen
from tests.browser.site import Site
from tests.support.sound_files import tone, written
from training.data import open_dataset

pytestmark = pytest.mark.browser

CLIPS = 12


@pytest.fixture
def field(browser: Any, tmp_path: Path) -> Iterator[Site]:
    """A site without runs on a folder of sounds, "field", all of one class."""
    site = Site(tmp_path)
    for i in range(CLIPS):
        path = tmp_path / "field" / "frogs" / f"{i}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        written(path, tone(0.6, hz=200 + 20 * i, rate=32_000), rate=32_000)
    site.environment["HEARSIGHT_DATA"] = str(tmp_path / "field")
    site.open()
    yield site
    site.close()


def test_own_sounds_go_before_the_example_and_older_labels_are_told(
    field: Site, look: Callable[..., Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = look(field)
    page = seen.open()
    page.locator("#data-summary .data-line").filter(has_text=f"field {CLIPS} clips").wait_for()
    expect(page.locator("#data-summary .data-heard")).to_have_text("Sounds are heard at 16 kHz: nothing above 8 kHz.")
    expect(page.locator("#first-minute .first-words")).to_contain_text("Start training above learns yours: field.")
    assert page.locator("#first-minute .first-ways").is_hidden()

    for name, value in field.environment.items():
        monkeypatch.setenv(name, value)
    folder = field.environment["HEARSIGHT_DATA"]
    run = made_up().write_run(field.runs / "older", CLIPS, config={"data": folder, "window_seconds": 2.0})
    probe = json.loads((run.path / "probe.json").read_text())
    (run.path / "probe.json").write_text(json.dumps({**probe, "data": folder, "ids": open_dataset(folder).ids}))
    page = seen.open("run=older")
    remark = page.locator(
        "#run-state .state-remark", has_text=f"{CLIPS} of its {CLIPS} clips have other labels in its data"
    )
    expect(remark).to_be_visible()
    assert seen.troubles == []
