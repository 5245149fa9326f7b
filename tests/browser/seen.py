"""A page of the browser, watched."""

import re
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 240
"""How long is waited for what comes at once on an idle machine: a limit for one that is slow or busy, and no measure."""
BUSY = "503 (Service Unavailable)"
"""A busy server's answer, after which the page asks again."""
UNMEANT = ("/gradio_api/cancel", "/gradio_api/reset")
"""Refusals that mean nothing: where one event follows another at once, Gradio's client cancels the first before it knows
that event's number, which the server calls a mistake."""
LEFT = "AbortError: signal is aborted without reason"
"""What Gradio's player of sounds says where its page is left while it loads."""
CALLED = r"/run/predict|/queue/join"
"""How Gradio's page calls its server."""
AT_REST = """async () => {
    const { src } = [...document.scripts].find(script => script.src.endsWith('core/page.js'));
    const { drawingTurn } = await import(src.replace('page.js', 'plot.js'));
    for (let i = 0; i < 3; i++) { await new Promise(requestAnimationFrame); await drawingTurn(); }
}"""
"""Every chart that waits for its turn is drawn, and once more where it was given another size by that."""
HOLD_SOUNDS = """
    AudioBufferSourceNode.prototype.start = function () { window.held = this; };
    AudioBufferSourceNode.prototype.stop = function () {};
"""
LISTEN = "() => { window.heard = []; document.addEventListener('hearsight:sound', e => heard.push(e.detail.key)); }"


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
        self.page.get_by_role("tab").first.wait_for()
        return self.page

    def listen(self) -> None:
        """Note in the page's `heard` the key of every sound that is played from now on."""
        self.page.evaluate(LISTEN)

    def hold_sounds(self) -> None:
        """Have each sound of the page that is to be opened go on until `end_sound`, however long this test takes meanwhile."""
        self.page.add_init_script(HOLD_SOUNDS)

    def end_sound(self) -> None:
        """The sound that is heard has come to its end."""
        self.page.evaluate("held.onended()")

    def rest(self) -> None:
        """Wait until no chart of the page Live is to be drawn, so that nothing is pushed elsewhere by one."""
        self.page.evaluate(AT_REST)

    def lose_first_answers(self, about: Callable[[list[Any]], bool]) -> list[int]:
        """From now on the first question of each kind whose inputs are `about` something is answered as by a server that has
        too much to do. Which of Gradio's numbers these had.
        """
        lost: list[int] = []

        def answer(route: Any) -> None:
            asked = route.request.post_data_json or {}
            if about(asked.get("data", [])) and asked["fn_index"] not in lost:
                lost.append(asked["fn_index"])
                route.fulfill(status=503, json={"error": "busy"})
            else:
                route.continue_()

        self.page.route(re.compile(CALLED), answer)
        return lost

    def asked(self, pattern: str) -> list[str]:
        """The addresses that the page asks for, from now on, in which the pattern is found."""
        addresses: list[str] = []
        self.page.on("request", lambda r: addresses.append(r.url) if re.search(pattern, r.url) else None)
        return addresses

    def _hear(self, said: Any) -> None:
        where = said.location.get("url", "")
        of_gradio = where.startswith(f"{self.address}/assets/")
        if said.type != "error" or BUSY in said.text or where.endswith(UNMEANT):
            return
        if not (of_gradio and said.text.startswith(LEFT)):
            self.troubles.append(f"{said.text} {where}".strip())

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.elsewhere.append(request.url)
        if request.url.partition("?")[0] == f"{self.address}/":
            self.whole_pages.append(request.url)


def calm(page: Any, events: list[str]) -> None:
    """Wait until a second has gone by without a further one of these events."""
    known = -1
    while known != len(events):
        known = len(events)
        page.wait_for_timeout(1000)
