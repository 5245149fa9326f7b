"""How a class fares that uses the page while one run is trained: 50 visitors for ten minutes.

    python -m benchmarks.visitors [--visitors 50] [--minutes 10] [--seconds-between 10] [--json]

The server is started with the limits of a page that others reach, on 300 short tones and a folder of runs of its own. One
visitor starts a training by the page's own button; it lasts for as long as all of it. Each visitor fetches the page, asks
for news of the run once a second, as an open page does, and now and then does something: hears a clip, fetches pictures,
the map, neighbours or what the loss sees, opens the form of a method, makes two views, sends a sound, searches with one
by /find. Before they come each of these is done once, since the first views and the first search load what they need.

Told are the seconds until each kind of answer was there whole, every answer that is an error, and the memory of
the server's own process over time. All visitors are threads of this process on this machine and are counted in what they
take of it. Only 127.0.0.1 is asked. Results are written to benchmarks/results/visitors.json. Needs /proc for the memory.
"""

import argparse
import contextlib
import http.client
import io
import itertools
import json
import os
import random
import re
import secrets
import statistics
import tempfile
import threading
import time
import wave
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arrivals import served

RESULTS = Path(__file__).parent / "results" / "visitors.json"
WARM_SECONDS = 300.0
MOST_VISITORS, MOST_MINUTES = 200, 60.0
ARRIVING_SECONDS = 3.0
NEWS_SECONDS = 1.0
MEMORY_SECONDS = 2.0
ANSWER_SECONDS = 60.0
RATE = 16_000
OVER = ("finished", "failed", "crashed", "stopped", "disk_full")
SLOW = "find"
GOALS = {SLOW: 2.5, "": 1.0}
"""95th percentile in seconds: of /find, and of everything else."""


@dataclass
class Log:
    """What all visitors note. Appending to a list needs no lock."""

    waits: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, int]] = field(default_factory=list)

    def timed(self, kind: str, act: Callable[[], Any]) -> Any:
        """What `act` gives, with the seconds that it took; None and an error where it fails."""
        began = time.perf_counter()
        try:
            found = act()
        except (OSError, ValueError, LookupError, http.client.HTTPException) as error:
            self.errors[f"{kind}: {type(error).__name__}: {error}"[:200]] += 1
            return None
        self.waits.setdefault(kind, []).append(time.perf_counter() - began)
        return found


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

    def call(self, function: "Function", given: Mapping[str, Any]) -> list[Any]:
        """What a function of the page answers by its queue. Raises ValueError where it fails."""
        self.ask("/gradio_api/queue/join", function.called(given) | {"session_hash": self.session})
        said = self.ask(f"/gradio_api/queue/data?session_hash={self.session}").decode()
        messages = [json.loads(line[6:]) for line in said.splitlines() if line.startswith("data: ")]
        done = next(message for message in messages if message["msg"] == "process_completed")
        if not done["success"]:
            raise ValueError(str(done["output"])[:150])
        return list(done["output"]["data"])

    def at_once(self, function: "Function", given: Mapping[str, Any], **event: Any) -> list[Any]:
        """What a function answers that waits for no turn."""
        body = function.called(given) | {"session_hash": self.session, "event_data": event or None}
        return list(json.loads(self.ask("/gradio_api/run/predict", body))["data"])

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

    def called(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request, with some inputs by their names."""
        data = [given.get(name, usual) for name, usual in self.inputs]
        return {"fn_index": self.number, "trigger_id": self.trigger, "data": data}


EVENTS = {
    "opened": ("tab-train", "select"), "method": ("method", "input"), "start": ("start", "click"),
    "stop": ("run-state", "stop"), "views": ("two-views", "click"), "sound": ("listen-audio", "input"),
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
        return Function(about["id"], trigger, tuple(named))

    found = {about["api_name"]: function(about, None) for about in config["dependencies"] if about["api_name"] == SLOW}
    for name, (element, event) in EVENTS.items():
        target = [numbers[element], event]
        about = next(d for d in config["dependencies"] if target in d["targets"] and d["backend_fn"])
        found[name] = function(about, numbers[element])
    return found


@dataclass
class Look:
    """What one visitor does, from the arrival to the end."""

    visitor: Visitor
    functions: dict[str, Function]
    run: str
    log: Log
    between: float
    kinds: tuple[str, ...]
    """What it does, in turn."""
    first: int = 0
    """Where among them it begins."""
    cursor: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    steps: list[int] = field(default_factory=list)

    def go(self, arrival: float, until: float) -> None:
        """Arrive at a moment of the performance counter, and act until another."""
        time.sleep(max(0.0, arrival - time.perf_counter()))
        self.log.timed("page", lambda: self.visitor.ask("/"))
        acts = time.perf_counter() + self.visitor.random.uniform(0, self.between)
        turns = itertools.cycle(self.kinds[self.first :] + self.kinds[: self.first])
        acted = False
        while time.perf_counter() < until or not acted:
            asked = time.perf_counter()
            self.log.timed("news", self.news)
            if time.perf_counter() >= acts:
                self.act(next(turns))
                acted = True
                acts = time.perf_counter() + self.visitor.random.expovariate(1 / self.between)
            time.sleep(max(0.0, min(NEWS_SECONDS - (time.perf_counter() - asked), until - time.perf_counter())))
        self.visitor.close()

    def news(self) -> None:
        """What the run's curves and maps need to stay new."""
        parts = f"parts=status,metrics,layouts&since={self.cursor}"
        found = json.loads(self.visitor.ask(f"/gradio_api/x/run/{self.run}/news?{parts}"))
        self.cursor = found["metrics"]["cursor"]
        self.steps = list(found["layouts"]["steps"])

    def act(self, kind: str) -> None:
        """One thing that a visitor does."""
        if not self.about and kind in ("clip", "pictures", "views", "neighbours", "map"):
            with contextlib.suppress(OSError):  # the run has no map yet: next time
                self.about = json.loads(self.visitor.ask(f"/gradio_api/x/run/{self.run}/points"))
            if not self.about.get("n"):
                self.about = {}
                return
        if kind in ("map", "neighbours") and not self.steps:
            return
        self.log.timed(kind, getattr(self, kind))

    def clip(self) -> None:
        """Hear one."""
        self.visitor.ask(f"/gradio_api/x/clip/{self.about['fingerprint']}/{self._clip()}")

    def pictures(self) -> None:
        """Those of a list of ten."""
        of = ",".join(str(self._clip()) for _ in range(10))
        self.visitor.ask(f"/gradio_api/x/pictures/{self.about['fingerprint']}?of={of}")

    def map(self) -> None:
        """The points and their places at the newest step."""
        self.visitor.ask(f"/gradio_api/x/run/{self.run}/points")
        self.visitor.ask(f"/gradio_api/x/run/{self.run}/layout/{self.steps[-1]}")

    def neighbours(self) -> None:
        """Of a point that is clicked."""
        point = self.visitor.random.randrange(self.about["n"])
        self.visitor.ask(f"/gradio_api/x/run/{self.run}/neighbours/{self.steps[-1]}/{point}")

    def lens(self) -> None:
        """What the loss sees at the newest step."""
        steps = json.loads(self.visitor.ask(f"/gradio_api/x/run/{self.run}/lens"))["steps"]
        if steps:
            self.visitor.ask(f"/gradio_api/x/run/{self.run}/lens/{steps[-1]}")

    def form(self) -> None:
        """The form of a method."""
        self.visitor.at_once(self.functions["opened"], {})
        chosen = self.visitor.random.choice(("byol", "vicreg", "simclr"))
        self.visitor.at_once(self.functions["method"], {"method": chosen})

    def views(self) -> None:
        """Two views of a clip."""
        sound = {"sound": {"fingerprint": self.about["fingerprint"], "index": self._clip()}}
        self.visitor.call(
            self.functions["views"], {"listen-player": sound, "views-seed": self.visitor.random.randrange(99)}
        )

    def upload(self) -> None:
        """A sound of one's own, shown."""
        shown = self.visitor.call(self.functions["sound"], {"listen-audio": self.visitor.upload(self._pitch())})
        token = shown[1]["sound"]["upload"]
        self.visitor.ask(f"/gradio_api/x/upload/{token}/picture")

    def find(self) -> None:
        """A sound of one's own, searched with."""
        sound = self.visitor.upload(self._pitch())
        (answer,) = self.visitor.call(self.functions["find"], {"audio": sound, "run": self.run})
        if not answer.get("neighbours"):
            raise ValueError(f"nothing was found: {str(answer)[:100]}")

    def _clip(self) -> int:
        return int(self.visitor.random.choice(self.about["clips"]))

    def _pitch(self) -> float:
        return self.visitor.random.uniform(100, 2000)


USUAL = (
    *("clip", "clip", "clip", "pictures", "pictures", "map", "map", "neighbours", "neighbours", "neighbours"),
    *("lens", "form", "upload", "views", SLOW),
)
"""What is done, as often as it stands here."""


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=50, help=f"at most {MOST_VISITORS}")
    parser.add_argument("--minutes", type=float, default=10.0, help=f"at most {MOST_MINUTES:g}")
    parser.add_argument("--seconds-between", type=float, default=10.0, help="between two things that a visitor does")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    if not (1 <= options.visitors <= MOST_VISITORS and 0 < options.minutes <= MOST_MINUTES):
        parser.error(f"1 to {MOST_VISITORS} visitors and at most {MOST_MINUTES:g} minutes were expected")
    seconds = 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder:
        tones(Path(folder) / "tones")
        flags = ["--data", f"{folder}/tones", "--limits", "hosted", "--job-seconds", str(int(seconds) + 600)]
        with served(flags) as server:
            run = trained(server.port, f"{folder}/tones", seconds + WARM_SECONDS)
            try:
                warmed(server.port, run)
                log = class_of(options.visitors, server.port, run, seconds, options.seconds_between, USUAL, server.pid)
            finally:
                ended(server.port, run)  # a trainer outlives its server
    found = {"visitors": options.visitors, "minutes": options.minutes, **told(log)}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found) if options.json else shown(found))


def tones(folder: Path, count: int = 300) -> None:
    """Sounds of five classes, as WAV files in folders."""
    for i in range(count):
        path = folder / f"class {i % 5}" / f"{i}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tone(200.0 * (1 + i % 5) + i % 7, 1.0))


def tone(pitch: float, seconds: float = 1.0) -> bytes:
    """A WAV file."""
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        times = np.arange(int(RATE * seconds)) / RATE
        out.writeframes((np.sin(2 * np.pi * pitch * times) * 9000).astype("<i2").tobytes())
    return held.getvalue()


def trained(port: int, data: str, seconds: float) -> str:
    """The name of a run that was started by the page's button, once it has its first map."""
    visitor = Visitor(port, 0)
    visitor.ask("/")
    functions = functions_of(visitor)
    visitor.at_once(functions["opened"], {})
    filled = {"filled": {"run": {"seconds": seconds, "batch_size": 64, "probe_clips": 300}}}
    given = {"data": data, "method": "simclr", "encoder": "conv2d", "settings": filled}
    chosen = visitor.call(functions["start"], given)
    run = str(chosen[0]["value"])
    until = time.monotonic() + 180
    while True:
        news = json.loads(visitor.ask(f"/gradio_api/x/run/{run}/news"))
        if news["layouts"]["steps"]:
            visitor.close()
            return run
        if time.monotonic() > until or news["status"]["state"] in OVER:
            raise SystemExit(f"The training did not begin: {news['status']['state']} {news['status']['message']}")
        time.sleep(1)


def ended(port: int, run: str) -> None:
    """Stop the training by the page's button, and wait for it."""
    visitor = Visitor(port, 0)
    visitor.at_once(functions_of(visitor)["stop"], {}, run=run)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if json.loads(visitor.ask(f"/gradio_api/x/run/{run}/news"))["status"]["state"] in OVER:
            time.sleep(1)
            return
        time.sleep(0.5)


def warmed(port: int, run: str) -> None:
    """Do each thing once and leave out how long that takes: what it needs is imported and compiled by then."""
    until = time.monotonic() + WARM_SECONDS
    while True:
        log, visitor = Log(), Visitor(port, 0)
        visitor.ask("/")
        look = Look(visitor, functions_of(visitor), run, log, 1.0, USUAL)
        look.news()
        for kind in dict.fromkeys(USUAL):
            look.act(kind)
        visitor.close()
        if not log.errors:
            return
        if time.monotonic() > until:
            raise SystemExit(f"The server is not ready: {'; '.join(log.errors)}")
        time.sleep(1)


def class_of(
    visitors: int, port: int, run: str, seconds: float, between: float, kinds: tuple[str, ...], pid: int | None = None
) -> Log:
    """So many visitors for so long; `pid` is the process whose memory is looked at."""
    log, start = Log(), time.perf_counter() + 0.5
    first = Visitor(port, 0)
    functions = functions_of(first)
    first.close()
    looks = [
        Look(Visitor(port, 1 + number), functions, run, log, between, kinds, number % len(kinds))
        for number in range(visitors)
    ]
    within = min(ARRIVING_SECONDS, seconds)
    threads = [
        threading.Thread(target=look.go, args=(start + within * number / visitors, start + seconds))
        for number, look in enumerate(looks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(MEMORY_SECONDS)
            if pid is not None:
                log.memory.append((time.perf_counter() - start, memory_of(pid)))
    return log


def told(log: Log) -> dict[str, Any]:
    """The figures: of each kind how often, median, 95th percentile and longest; errors; memory; whether it is enough."""
    kinds = {}
    for kind, waits in sorted(log.waits.items()):
        ordered = sorted(waits)
        kinds[kind] = {
            "count": len(ordered),
            "median": round(statistics.median(ordered), 3),
            "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 3),
            "longest": round(ordered[-1], 3),
        }
    quick = sorted(wait for kind, waits in log.waits.items() if kind != SLOW for wait in waits)
    return {
        "kinds": kinds,
        "all_but_find_p95": round(quick[int(0.95 * len(quick))], 3) if quick else None,
        "errors": dict(log.errors),
        "memory_mb": memory(log.memory),
        "memory_mb_each_half_minute": [round(size / 1e6) for _, size in log.memory[:: int(30 / MEMORY_SECONDS)]],
        "slower_than_wanted": [kind for kind, about in kinds.items() if about["p95"] > GOALS.get(kind, GOALS[""])],
    }


def memory(samples: list[tuple[float, int]]) -> dict[str, float]:
    """MB of the server's process: at the beginning, over the second quarter of the time, over the last one, at most."""
    if len(samples) < 4:
        return {}
    quarter = len(samples) // 4
    sizes = [size / 1e6 for _, size in samples]
    parts = {"first": sizes[:1], "second_quarter": sizes[quarter : 2 * quarter], "last_quarter": sizes[-quarter:]}
    return {name: round(statistics.mean(part), 1) for name, part in parts.items()} | {"most": round(max(sizes), 1)}


def memory_of(pid: int) -> int:
    """Bytes that a process has in memory; 0 where that can't be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def shown(found: dict[str, Any]) -> str:
    """A table."""
    lines = [f"{'':12} {'count':>7} {'median':>8} {'p95':>8} {'longest':>8}"]
    for kind, about in found["kinds"].items():
        lines.append(f"{kind:12} {about['count']:7} {about['median']:8} {about['p95']:8} {about['longest']:8}")
    lines += [f"errors: {found['errors'] or 'none'}", f"memory in MB: {found['memory_mb']}"]
    return "\n".join([*lines, f"slower than wanted: {', '.join(found['slower_than_wanted']) or 'nothing'}"])


if __name__ == "__main__":
    main()
