"""The server is killed and started again under an open page: the page goes on with what it knew of the old one.

What a page does is asked of the old server and then, in the very same words and the same session, of the new one: each
function that answered still does, and the addresses of scripts, sounds, curves and maps lead where they led.
"""

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

from benchmarks.drills.ground import Ground, Served
from benchmarks.drills.tally import Tally, expect
from benchmarks.served import free_port
from training.run.example import EXAMPLE_FOLDER

SESSION = "open-page"
RUN = "example"
AFRESH = 5
"""Restarts for each fifty kills."""


def drill(ground: Ground, tally: Tally) -> None:
    """Restart it some times; a page without a session counts as one more try each time."""
    runs = ground.folder / "runs"
    shutil.copytree(EXAMPLE_FOLDER, runs / RUN)
    port = free_port()
    old = ground.server(runs, port=port)
    try:
        old.wait()
        page = json.loads(old.fetch("/config"))
        asked = list(calls(page))[:: 12 if ground.quick else 1]
        before = [answered(old, body) for body in asked]
        expect(sum(before) > len(asked) / 4, "Hardly any function answered before the restart.")
        places = addresses(old)
        for _ in range(max(1, ground.kills * AFRESH // 50)):
            expect(old.child.kill(), "The server had ended by itself.")
            old = ground.server(runs, port=port)
            old.wait()
            for body, did in zip(asked, before, strict=True):
                if did:
                    with tally.one(f"function {body['fn_index']}"):
                        expect(answered(old, body), f"It answers no more with {json.dumps(body['data'])[:200]}.")
            for place in places:
                with tally.one(place):
                    old.fetch(place)
    finally:
        old.child.end()


def calls(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the page sends for each function that the server has: its components' first values."""
    usual = {part["id"]: part["props"].get("value") for part in page["components"]}
    for function in page["dependencies"]:
        if function.get("backend_fn"):
            trigger = next((target[0] for target in function["targets"] if target[0] is not None), None)
            data = [usual.get(part) for part in function["inputs"]]
            about = {"fn_index": function["id"], "trigger_id": trigger, "event_data": None}
            yield {**about, "data": data, "session_hash": SESSION}


def answered(served: Served, body: dict[str, Any]) -> bool:
    """Whether a function answers without an error, through the queue as the page asks."""
    joined = json.loads(served.fetch("/gradio_api/queue/join", body=json.dumps(body).encode()))
    expect("event_id" in joined, f"The queue answered {joined}.")
    stream = served.fetch(f"/gradio_api/queue/data?session_hash={SESSION}", seconds=120)
    told = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith(b"data: ")]
    return any(event.get("msg") == "process_completed" and event.get("success") for event in told)


def addresses(served: Served) -> list[str]:
    """What an open page fetches again and again: its scripts and style, and all about a run."""
    named = re.findall(rb'(?:src|href)="(/gradio_api/x/assets/[^"]+)"', served.fetch("/"))
    about = f"/gradio_api/x/run/{RUN}"
    steps = json.loads(served.fetch(f"{about}/lens"))["steps"]
    return [
        *dict.fromkeys(place.decode() for place in named),
        *(
            f"{about}/{what}"
            for what in ("news", "baselines", "points", "lens", f"lens/{steps[-1]}", f"layout/{steps[-1]}")
        ),
    ]
