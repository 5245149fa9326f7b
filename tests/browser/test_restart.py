"""A page that stays open while its server is killed and started again: it goes on, and what was written is still there."""

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.seen import PATIENCE_SECONDS
from training.run import find_runs

pytestmark = [pytest.mark.browser, pytest.mark.whole]

SHOWN = 20
"""Letters of a path that its title keeps."""
ROOT = Path(__file__).resolve().parents[2]


def loaded(name: str) -> Any:
    """A module beside this one."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / "browser" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def small_site(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """A site without runs whose data is opened in a moment: nothing on its page asks by a clock."""
    sites = loaded("conftest")
    site = sites.Site(tmp_path)
    loaded("test_live_page").write_folder(tmp_path / "usual")
    site.environment["HEARSIGHT_DATA"] = str(tmp_path / "usual")
    site.open()
    yield site
    site.close()


def written(page: Any, folder: Path) -> None:
    """Another data and method than the usual ones, a part that is taken out, and two settings."""
    tools = loaded("test_live_page")
    tools.write_folder(folder)
    method_shown(page, "SimCLR")
    page.locator("#method input").fill("vicreg")
    page.get_by_role("option", name="VICReg").first.click()
    method_shown(page, "VICReg")
    page.locator("#data input").fill(str(folder))
    page.locator("#data input").press("Enter")
    page.locator("#data-summary .data-line").filter(has_text=f"{folder.name} 60 clips").wait_for()
    page.locator("#wrong input").click()
    page.get_by_role("option", name="Without variance").click()
    tools.fill(page, "batch_size", "16")
    tools.fill(page, "steps", "20")


def method_shown(page: Any, title: str) -> None:
    """Wait until the whole form is that of a method."""
    page.wait_for_function(f"document.querySelector('#method input')?.value.includes('{title}')")
    page.locator("#settings summary").filter(has_text=title).wait_for()
    page.locator("#method-needs").wait_for(state="attached")


def found(page: Any) -> dict[str, str]:
    """What stands in the form."""
    return {
        "data": page.locator("#data input").input_value()[:SHOWN],
        "method": page.locator("#method input").input_value(),
        "wrong": page.locator("#wrong input").input_value(),
        "batch_size": page.locator("#settings .setting[data-name=batch_size] input[type=text]").input_value(),
        "steps": page.locator("#settings .setting[data-name=steps] input[type=text]").input_value(),
    }


def test_durability_an_open_page_goes_on_after_a_restart_of_its_server(
    small_site: Any, look: Callable[..., Any], tmp_path: Path
) -> None:
    seen = look(small_site)
    page = seen.open("tab=train")
    written(page, tmp_path / "sounds")
    before = found(page)
    small_site.kill()
    small_site.open()
    assert found(page) == before
    page.locator("#start").click()
    loaded("test_live_page").state_line(page, "Finished after 20 steps")
    (run,) = find_runs(small_site.runs)
    assert (run.config()["data"], run.config()["method"]) == (str(tmp_path / "sounds"), "vicreg")
    page.locator("#runs button").first.click()
    mine = page.locator(f"#runs tr[data-name={run.name}]")
    until = time.monotonic() + PATIENCE_SECONDS
    while find_runs(small_site.runs) and time.monotonic() < until:
        mine.get_by_role("checkbox").check()
        page.get_by_role("button", name="Delete …").click()
        page.get_by_role("button", name="Delete for good").click()
        # Answered: until its trainer has ended the run is refused.
        page.get_by_role("button", name="Delete …").wait_for()
    assert find_runs(small_site.runs) == []
    mine.wait_for(state="detached")
    page.get_by_role("button", name="Close").click()
    assert len(seen.whole_pages) == 1  # it went on, and wasn't loaded anew


def test_durability_a_page_that_was_used_meanwhile_comes_back_with_what_was_written(
    small_site: Any, look: Callable[..., Any], tmp_path: Path
) -> None:
    seen = look(small_site)
    page = seen.open("tab=train")
    written(page, tmp_path / "sounds")
    before = found(page)
    small_site.kill()
    page.locator("#start").click()
    page.get_by_text("Connection to the server was lost").first.wait_for()
    small_site.open()
    page.wait_for_function("performance.getEntriesByType('navigation')[0]?.type === 'reload'")
    method_shown(page, "VICReg")
    until = time.monotonic() + PATIENCE_SECONDS
    while found(page) != before and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert found(page) == before
    page.locator("#start").click()
    loaded("test_live_page").state_line(page, "Finished after 20 steps")
