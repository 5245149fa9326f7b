"""A finished run is trained longer from the page Live, in a real browser."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.seen import Seen
from tests.browser.site import Site
from training.run import RunFolder

pytestmark = [pytest.mark.browser, pytest.mark.whole]


@pytest.fixture
def run(own_sounds_site: Site) -> Iterator[RunFolder]:
    """A copy of the run of 4 steps."""
    path = own_sounds_site.runs / "longer"
    shutil.copytree(own_sounds_site.runs / "made", path)
    yield RunFolder(path)
    shutil.rmtree(path)


def test_a_finished_run_goes_on_to_the_length_that_is_chosen(
    run: RunFolder, own_sounds_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(own_sounds_site)
    page = seen.open(f"run={run.name}")
    state, chips = page.locator("#run-state"), page.locator("#run-settings .set-chip")
    chips.filter(has_text="steps 4").wait_for()
    longer = state.get_by_role("button", name="Train longer")
    longer.click()
    choice = state.get_by_role("group", name="How long, in all?")
    expect(choice.get_by_role("button")).to_have_text(["6 steps", "8 steps", "16 steps", "Not now"])
    page.keyboard.press("Escape")
    expect(longer).to_be_focused()
    assert run.status().attempt == 1

    page.keyboard.press("Enter")
    choice.get_by_role("button", name="8 steps").click()
    state.get_by_text("Finished after 8 steps").wait_for()
    chips.filter(has_text="steps 8").wait_for()
    longer.wait_for()
    assert (run.status().attempt, run.config()["steps"]) == (2, 8)
    assert seen.troubles == []
