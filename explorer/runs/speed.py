"""How fast each size of an encoder can be expected to learn on this machine.

What a size costs beside another was measured once, by `python -m benchmarks.sizes` on one machine's processor. How fast this
machine is, its own runs tell: of the one that is most like what is to be trained, what it reached over what the same
encoder and size reached there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.runs.library import Library
from training.data.names import readable_name
from training.run.example import EXAMPLE

MEASURED = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "sizes.json"
LEAST_SECONDS = 5.0
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


def said_speed(library: Library, method: str, encoder: str) -> str:
    """One sentence for the form; empty where this encoder was never measured."""
    measured = measured_speeds()
    if encoder not in measured:
        return ""
    like = most_like(list(reached(library)), method, encoder, measured)
    if like is None:
        return (
            f"Where it was measured, one core learnt from {_listed(measured[encoder])}; here nothing was trained yet."
        )
    factor = like.clips_per_second / measured[like.encoder][like.size]
    expected = {size: speed * factor for size, speed in measured[encoder].items()}
    about = ", ".join((like.method, like.encoder, like.size))
    return (
        f"On this machine's processor, judged by the run {readable_name(like.run)} ({about}), a run learns from about "
        f"{_listed(expected)}."
    )


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
        config, status = run.config(), run.status()
        if name == EXAMPLE or not status.device.startswith(DEVICE) or status.seconds < LEAST_SECONDS:
            continue
        batch, size = config.get("batch_size"), config.get("encoder_size", "S")
        method, encoder = config.get("method"), config.get("encoder")
        if not (isinstance(method, str) and isinstance(encoder, str) and isinstance(size, str)):
            continue
        if type(batch) is int and batch > 0 and status.step > 0:
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


def _rounded(speed: float) -> str:
    """Two figures, as more would be a promise."""
    return f"{float(f'{speed:.2g}'):,.0f}" if speed >= 1 else f"{speed:.1g}"
