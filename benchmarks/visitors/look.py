"""What one visitor does, from the arrival to the end."""

import contextlib
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.visitors.figures import SLOW, Log
from benchmarks.visitors.visitor import Function, Visitor

NEWS_SECONDS = 1.0


@dataclass
class Look:
    """What one visitor does, from the arrival to the end."""

    visitor: Visitor
    functions: dict[str, Function]
    run: str
    log: Log
    between: float
    kinds: tuple[str, ...]
    """What it does, in turn; empty for one that only looks on."""
    first: int = 0
    """Where among them it begins."""
    cursor: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    steps: list[int] = field(default_factory=list)

    def go(self, arrival: float, until: float) -> None:
        """Arrive at a moment of the performance counter, and act until another."""
        time.sleep(max(0.0, arrival - time.perf_counter()))
        self.arrive()
        self.stay(arrival, until)

    def arrive(self) -> None:
        """Open the page."""
        self.log.timed("page", lambda: self.visitor.ask("/"))

    def stay(self, begin: float, until: float) -> None:
        """Look on and act between two moments of the performance counter; whoever does something does at least one thing."""
        time.sleep(max(0.0, begin - time.perf_counter()))
        acts = time.perf_counter() + self.visitor.random.uniform(0, self.between)
        turns = itertools.cycle(self.kinds[self.first :] + self.kinds[: self.first])
        acted = not self.kinds
        while time.perf_counter() < until or not acted:
            asked = time.perf_counter()
            self.log.timed("news", self.news)
            if self.kinds and time.perf_counter() >= acts:
                self.act(next(turns))
                acted = True
                acts = time.perf_counter() + self.visitor.random.expovariate(1 / self.between)
            end = until if acted else max(until, acts)
            time.sleep(max(0.0, min(asked + NEWS_SECONDS, end) - time.perf_counter()))
        self.visitor.close()  # whoever stays once more opens another connection

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
        self.visitor.call(self.functions["opened"], {})
        chosen = self.visitor.random.choice(("byol", "vicreg", "simclr"))
        self.visitor.call(self.functions["method"], {"method": chosen})

    def views(self) -> None:
        """Two views of a clip by the run's settings, of which the first is heard."""
        query = f"run={self.run}&clip={self._clip()}&seed={self.visitor.random.randrange(99)}"
        self.visitor.ask(f"/gradio_api/x/views?{query}")
        self.visitor.ask(f"/gradio_api/x/views/heard/0?{query}")

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
