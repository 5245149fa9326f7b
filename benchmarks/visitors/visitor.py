"""A browser, or as much of one as the server sees, and what it calls."""

import http.client
import json
import random
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.visitors.figures import SLOW
from benchmarks.visitors.tones import tone

ANSWER_SECONDS = 60.0


class Visitor:
    """A browser, or as much of one as the server sees: one connection that stays, a cookie, a session."""

    def __init__(self, port: int, number: int):
        self.random = random.Random(number)
        self.session = secrets.token_hex(6)
        self.cookie = ""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def ask(self, path: str, body: Any = None, kind: str = "application/json") -> bytes:
        """One answer's body. Raises OSError where it isn't 200."""
        content = json.dumps(body).encode() if body is not None and not isinstance(body, bytes) else body
        headers = {"Cookie": self.cookie, "Content-Type": kind} if body is not None else {"Cookie": self.cookie}
        try:
            self._connection.request("GET" if body is None else "POST", path, content, headers)
            reply = self._connection.getresponse()
            self.cookie = (reply.getheader("Set-Cookie") or self.cookie).partition(";")[0]
            answered = reply.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()  # the next question opens it anew
            raise
        if reply.status != 200:
            shown = re.sub(r"[0-9a-f]{16,}", "…", path.partition("?")[0])
            raise OSError(f"{shown} was answered by {reply.status} {answered[:80].decode(errors='replace')}")
        return answered

    def call(self, function: "Function", given: Mapping[str, Any], **event: Any) -> list[Any]:
        """What a function of the page answers, in its turn where it stands in the queue. Raises ValueError where it fails."""
        body = function.called(given) | {"session_hash": self.session, "event_data": event or None}
        if not function.queued:
            return list(json.loads(self.ask("/gradio_api/run/predict", body))["data"])
        self.ask("/gradio_api/queue/join", body)
        said = self.ask(f"/gradio_api/queue/data?session_hash={self.session}").decode()
        messages = [json.loads(line[6:]) for line in said.splitlines() if line.startswith("data: ")]
        done = next(message for message in messages if message["msg"] == "process_completed")
        if not done["success"]:
            raise ValueError(str(done["output"])[:150])
        return list(done["output"]["data"])

    def upload(self, pitch: float) -> dict[str, Any]:
        """A tone that is sent, as functions take it."""
        start = b'--x\r\nContent-Disposition: form-data; name="files"; filename="tone.wav"\r\n\r\n'
        sent = start + tone(pitch) + b"\r\n--x--\r\n"
        (path,) = json.loads(self.ask("/gradio_api/upload", sent, "multipart/form-data; boundary=x"))
        return {"path": path, "orig_name": "tone.wav", "meta": {"_type": "gradio.FileData"}}

    def close(self) -> None:
        """Leave."""
        self._connection.close()


@dataclass(frozen=True)
class Function:
    """What the page does at one event; `inputs` are the name and the usual value of each."""

    number: int
    trigger: int | None
    inputs: tuple[tuple[str, Any], ...]
    queued: bool

    def called(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request, with some inputs by their names."""
        data = [given.get(name, usual) for name, usual in self.inputs]
        return {"fn_index": self.number, "trigger_id": self.trigger, "data": data}


EVENTS = {
    "opened": ("tab-live", "select"), "method": ("method", "input"), "start": ("start", "click"),
    "stop": ("run-state", "stop"), "sound": ("listen-audio", "input"),
}  # fmt: skip
"""Name here → the part's id and its event."""


def functions_of(visitor: Visitor) -> dict[str, Function]:
    """Those that the drill calls, as the server's configuration describes them."""
    config = json.loads(visitor.ask("/config"))
    parts = {part["id"]: part["props"] for part in config["components"]}
    numbers = {props.get("elem_id"): number for number, props in parts.items()}

    def function(about: dict[str, Any], trigger: int | None) -> Function:
        inputs = [parts[number] for number in about["inputs"]]
        named = ((str(part.get("elem_id") or part.get("label")), part.get("value")) for part in inputs)
        return Function(about["id"], trigger, tuple(named), about["queue"])

    found = {about["api_name"]: function(about, None) for about in config["dependencies"] if about["api_name"] == SLOW}
    for name, (element, event) in EVENTS.items():
        target = [numbers[element], event]
        about = next(d for d in config["dependencies"] if target in d["targets"] and d["backend_fn"])
        found[name] = function(about, numbers[element])
    return found
