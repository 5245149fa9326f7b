"""How fast each size of an encoder can be expected to learn on this machine, and how long runs will take.

What a size costs beside another was measured once, by `python -m benchmarks.sizes` on one machine's processor. How fast this
machine is, its own runs tell: of the one that is most like what is to be trained, what it reached over what the same
encoder and size reached there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.runs.cached import config_of, status_of
from explorer.runs.library import Library
from training.data.names import readable_name
from training.process import PROJECT
from training.run.example import EXAMPLE
from training.units import in_words

MEASURED = PROJECT / "benchmarks" / "results" / "sizes.json"
LEAST_SECONDS, LEAST_STEPS = 5.0, 20
"""A run that trained for less says little: its first steps are slow."""
DEVICE = "CPU"
"""How the name of a device begins that the measured proportions hold for."""

Speeds = Mapping[str, float]
"""Size → clips a second."""


@dataclass(frozen=True)
class Reached:
    """How fast a run of this machine was."""

    run: str
    method: str
    encoder: str
    size: str
    clips_per_second: float
    """Over all of its training, snapshots included."""

    def factor(self, measured: Mapping[str, Speeds]) -> float:
        """How many times as fast this machine is as the one that was measured."""
        return self.clips_per_second / measured[self.encoder][self.size]

    @property
    def named(self) -> str:
        """That an estimate was made by it."""
        return f"judged by the run {readable_name(self.run)} ({self.method}, {self.encoder}, {self.size})"


def said_speed(library: Library, method: str, encoder: str) -> str:
    """One sentence for the form; empty where this encoder was never measured."""
    measured = measured_speeds()
    if encoder not in measured:
        return ""
    like = most_like(list(reached(library)), method, encoder, measured)
    if like is None:
        return f"Where it was measured, one core learnt from {_listed(measured[encoder])}; here nothing was trained for long enough yet."
    expected = {size: speed * like.factor(measured) for size, speed in measured[encoder].items()}
    return f"On this machine's processor, {like.named}, a run learns from about {_listed(expected)}."


def said_duration(library: Library, configs: Sequence[Mapping[str, Any]]) -> str:
    """How long runs of a method with so many steps take together, as one sentence; empty where that was never measured."""
    measured = measured_speeds()
    first = configs[0]
    like = most_like(list(reached(library)), first["method"], first["encoder"], measured)
    speeds = [measured.get(config["encoder"], {}).get(config["encoder_size"]) for config in configs]
    if None in speeds:
        return ""
    there = sum(
        config["steps"] * config["batch_size"] / speed for config, speed in zip(configs, speeds, strict=True) if speed
    )
    if like is None:
        return f"Where it was measured, one core took about {_duration(there)} for them; here nothing was trained for long enough yet."
    return f"Together they take about {_duration(there / like.factor(measured))} on this machine's processor, {like.named}."


def measured_speeds(path: Path = MEASURED) -> dict[str, Speeds]:
    """Encoder → speeds of its sizes; empty where they weren't measured."""
    try:
        found = json.loads(path.read_bytes())["encoders"]
        return {str(name): dict(about["clips_per_second"]) for name, about in found.items()}
    except (OSError, ValueError, KeyError):
        return {}


def reached(library: Library) -> Iterator[Reached]:
    """The runs that this machine's processor trained, newest first."""
    for name, run in library.runs().items():
        config, status = config_of(run), status_of(run)
        if name == EXAMPLE or not status.device.startswith(DEVICE):
            continue
        if status.seconds < LEAST_SECONDS or status.step < LEAST_STEPS:
            continue
        batch, size = config.get("batch_size"), config.get("encoder_size", "S")
        method, encoder = config.get("method"), config.get("encoder")
        if not (isinstance(method, str) and isinstance(encoder, str) and isinstance(size, str)):
            continue
        if type(batch) is int and batch > 0:
            yield Reached(name, method, encoder, size, status.step * batch / status.seconds)


def most_like(runs: list[Reached], method: str, encoder: str, measured: Mapping[str, Speeds]) -> Reached | None:
    """The newest run of the same method and encoder, else of the same encoder, else of any that was measured."""
    known = [run for run in runs if run.size in measured.get(run.encoder, {})]
    return max(
        known,
        key=lambda run: (run.encoder == encoder) + (run.encoder == encoder and run.method == method),
        default=None,
    )


def _listed(speeds: Speeds) -> str:
    words = [f"{_rounded(speed)} ({size})" for size, speed in speeds.items()]
    return f"{', '.join(words[:-1])} or {words[-1]} clips a second"


def _duration(seconds: float) -> str:
    return in_words("s", max(1.0, float(f"{seconds:.2g}")))


def _rounded(speed: float) -> str:
    """Two figures, as more would be a promise."""
    return f"{float(f'{speed:.2g}'):,.0f}" if speed >= 1 else f"{speed:.1g}"
