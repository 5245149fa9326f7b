"""A visitor who is refused reads why on the page."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.whole]


def test_visitors_read_on_the_page_why_an_upload_is_refused(browser: Any, tmp_path: Path, look: Any) -> None:
    from tests.browser.site import Site

    site = Site(tmp_path)
    site.environment |= {"HEARSIGHT_VISITOR_UPLOADS": "1"}
    site.open()
    try:
        page = look(site).open("tab=listen")
        (tmp_path / "a.wav").write_bytes(b"no sound")
        files = page.locator("#listen-audio input[type=file]")
        files.set_input_files(tmp_path / "a.wav")
        page.locator("#listen-notice .notice-line", has_text="a.wav").wait_for()
        page.locator("#listen-audio input[type=file]").set_input_files(tmp_path / "a.wav")
        page.get_by_text("The uploads of a visitor are limited to 1 a minute").first.wait_for()
    finally:
        site.close()


def test_visitors_who_may_only_look_read_beside_the_button_why_it_starts_nothing(
    browser: Any, tmp_path: Path, look: Any
) -> None:
    from tests.browser.site import Site

    site = Site(tmp_path)
    site.environment |= {"HEARSIGHT_READ_ONLY": "1"}
    site.open()
    try:
        page = look(site, width=390).open("tab=live")
        line = page.locator("#new-run")
        line.get_by_text("Runs can only be looked at here. To train, run Hearsight on your own machine.").wait_for()
        assert line.get_by_role("button", name="Start training").is_disabled()
    finally:
        site.close()
