"""What a running server gives out and what it doesn't, asked as a stranger would."""

import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.browser.seen import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


def asked(site: Any, path: str) -> tuple[int, Message]:
    request = urllib.request.Request(site.address + path, headers={"Origin": "http://elsewhere.example"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as reply:
            return reply.status, reply.headers
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers


def test_security_no_file_is_given_out_by_its_path(finished_site: Any) -> None:
    run = finished_site.runs / "made-up"
    link = finished_site.folder / "link.wav"
    link.symlink_to("/etc/passwd")
    cached = next((finished_site.folder / "cache").rglob("samples.i16"))
    for path in (ROOT / "app.py", Path("app.py"), "/etc/passwd", run / "config.json", run, link, cached):
        status, _ = asked(finished_site, f"/gradio_api/file={urllib.parse.quote(str(path))}")
        assert status == 403, path


@pytest.mark.parametrize("path", ["/", "/config", "/nothing", "/gradio_api/x/run/made-up/news"])
def test_security_every_answer_is_guarded_and_no_stranger_may_read_it(finished_site: Any, path: str) -> None:
    _, headers = asked(finished_site, path)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_a_page_that_nothing_happens_on_draws_nothing(finished_site: Any, look: Any) -> None:
    """Each frame that is asked for is drawn by the processor that trains, where there is no GPU."""
    seen = look(finished_site)
    page = seen.page
    page.add_init_script(
        "const native = requestAnimationFrame; window.frames_asked = 0;"
        "window.requestAnimationFrame = call => { window.frames_asked += 1; return native(call); };"
    )
    page = seen.open("tab=methods")
    page.locator("#method-code pre").wait_for()
    until = time.monotonic() + PATIENCE_SECONDS
    while (asked := frames_asked(page)) >= 20 and time.monotonic() < until:
        pass  # what the page began with takes a slow machine a while
    assert asked < 20  # an endless loop asks for 120


def frames_asked(page: Any) -> int:
    """How many frames the page asks for in two seconds."""
    before = page.evaluate("window.frames_asked")
    page.wait_for_timeout(2000)
    return int(page.evaluate("window.frames_asked") - before)
