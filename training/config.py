"""Everything needed to repeat a run, as one frozen value that goes to JSON and back."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from training.errors import UserError, unknown
from training.settings import as_stored, build, describe, setting

ENCODER_SIZES = ("S", "M", "L", "XL")
BOUNDS = ("steps", "seconds")
"""What ends a run: the first of these settings that it names."""


@dataclass(frozen=True)
class RunConfig:
    """One training run. Described fields are open to the user; the rest is filled in by `new_config`."""

    method: str = "simclr"
    encoder: str = "conv2d"
    data: str = "starter"
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The method's own settings."""
    views: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the augmentations."""
    front_end: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the spectrogram."""
    breaks: tuple[str, ...] = ()
    """Parts of the method that are taken out, see training/breaks."""
    data_fingerprint: str | None = None
    objective: int = 1
    """Which form of the method's objective the run was begun with, see Method.objective."""
    encoder_size: str = setting(
        "S",
        "How large the encoder is: S is for two CPU cores, each next size has some four times as many weights, and XL has "
        "about 20 million and wants a GPU.",
        choices=ENCODER_SIZES,
        before="S",
    )
    steps: int | None = setting(
        None, "Stop after so many steps, whatever the seconds say; empty trains by the clock.", low=1, high=10_000_000
    )
    seconds: float | None = setting(
        120.0, "Stop after so much time of training, snapshots included.", low=1, high=604_800, unit="s"
    )
    batch_size: int = setting(
        256, "Clips in one step; left as it is, no more than the data has.", low=8, high=8192, scale="log"
    )
    learning_rate: float = setting(
        3e-3,
        "Peak learning rate, after the warm-up; SGD wants some ten times more than AdamW, LARS a thousand times.",
        low=1e-6,
        high=10.0,
        scale="log",
    )
    weight_decay: float = setting(1e-4, "Pull of the weights towards zero.", low=0.0, high=1.0)
    warmup_steps: int = setting(20, "Steps over which the learning rate rises to its peak.", low=0, high=10_000)
    averaging: float = setting(
        0.98,
        "Over how many of the last steps the weights of a snapshot are averaged; 0 takes the last step's alone.",
        low=0.0,
        high=0.9999,
        unit="memory",
    )
    optimizer: str = setting("adamw", "How gradients become steps.", choices=("adamw", "sgd", "lars"))
    bias_rate: float = setting(
        0.024,
        "With LARS, the learning rate of biases and norms, whose steps it doesn't adapt, as a share of that of the weights.",
        low=0.0,
        high=1.0,
        before=1.0,
    )
    window_seconds: float = setting(
        2.0, "Longer recordings are cut into clips of this length.", low=0.5, high=10.0, unit="s"
    )
    probe_clips: int = setting(
        3000, "Clips on the map and in the measures, drawn evenly over class and source.", low=16, high=20_000
    )
    seed: int = setting(0, "The same seed gives the same run.", low=0, high=2**31 - 1)
    device: str = setting("auto", "Where to train.", choices=("auto", "cpu", "cuda"))
    clips_in: str = setting(
        "auto",
        "Where the clips lie while training: in memory where they fit, or on disk, from which each batch is read ahead.",
        choices=("auto", "memory", "disk"),
        before="memory",
    )
    devices: int = setting(
        1,
        "How many GPUs share each step; the batch is that of all together.",
        low=1,
        high=1024,
        before=1,
    )
    lengthened: tuple[Mapping[str, Any], ...] = ()
    """One for each time that it was trained longer: the step that it had reached, and the steps and seconds it had until then."""
    created: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    git_revision: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same configuration back."""
        return asdict(self)

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "RunConfig":
        """The configuration of a run that was begun with this version or an earlier one.

        Raises UserError for an unknown key, a value of the wrong type or one out of its range.
        """
        return RunConfig.checked(as_stored(RunConfig, values))

    @staticmethod
    def checked(values: Mapping[str, Any]) -> "RunConfig":
        """With the defaults where nothing is said. Raises UserError as `from_json` does."""
        known = {f.name for f in fields(RunConfig)}
        unknown = sorted(set(values) - known - {"schema"})
        if unknown:
            raise UserError(
                f"The run's configuration has an unknown entry {unknown[0]!r}; known are {', '.join(sorted(known))}."
            )
        described = {s.name: s for s in describe(RunConfig)}
        checked = {k: described[k].check(v) if k in described else v for k, v in values.items() if k != "schema"}
        for name in ("method", "encoder", "data"):
            if not isinstance(checked.get(name, ""), str):
                raise UserError(f"The entry {name} is {checked[name]!r}, but a text was expected.")
        for name in ("settings", "views", "front_end"):
            if not isinstance(checked.get(name, {}), Mapping):
                raise UserError(f"The entry {name} is {checked[name]!r}, but named values were expected.")
        checked["breaks"] = _listed(checked, "breaks", str, "names")
        checked["lengthened"] = _listed(checked, "lengthened", Mapping, "named values")
        config = RunConfig(**checked)
        if config.steps is None and config.seconds is None:
            raise UserError("The run has neither steps nor seconds; give one of them.")
        return config


def _listed(values: Mapping[str, Any], name: str, kind: type, words: str) -> tuple[Any, ...]:
    given = values.get(name, ())
    if not isinstance(given, list | tuple) or not all(isinstance(one, kind) for one in given):
        raise UserError(f"The entry {name} is {given!r}, but a list of {words} was expected.")
    return tuple(given)


OWNERS = {"run": "run", "settings": "method", "views": "views", "front_end": "front_end"}
"""What stands before the dot where a setting says whose it is."""


def new_config(overrides: Mapping[str, Any], **values: Any) -> RunConfig:
    """A checked configuration for a run that starts now.

    `overrides` are settings by name (`temperature=0.1`), which are sorted to the run, the method, the views or the front end,
    or say whose they are (`views.background=0.3`); `values` are RunConfig's own fields, None for those left open. Raises
    UserError for a name that none of them has or several have, a value out of range, and an encoder that doesn't fit.
    """
    from training.breaks import check_breaks
    from training.building import method_of
    from training.data.stream import check_streamed
    from training.encoders import ENCODERS
    from training.spectrogram import AS_SET, FrontEnd, check_said_once
    from training.views import VIEWS

    given = {name: value for name, value in values.items() if value is not None}
    name = given.get("method", RunConfig.method)
    method = method_of(name, given.get("encoder"))
    encoder = given.setdefault("encoder", method.encoders[0])
    check_breaks(name, given.get("breaks", ()))
    kinds: dict[str, type] = {
        "run": RunConfig, "settings": method.Config, "views": VIEWS[ENCODERS[encoder].domain], "front_end": FrontEnd,
    }  # fmt: skip
    sorted_overrides = _sorted(overrides, kinds)
    check_said_once(sorted_overrides["front_end"], sorted_overrides["front_end"].get("resolution", AS_SET))
    run = {**method.run_defaults, **sorted_overrides.pop("run"), **given}
    if run.get("steps") is not None:
        run.setdefault("seconds", None)
    built: dict[str, Any] = {
        part: build(kinds[part], {**run.get(part, {}), **taken}, f"The {part.replace('_', ' ')}")
        for part, taken in sorted_overrides.items()
    }
    check_streamed(run.get("data", RunConfig.data), method, built["settings"])
    run |= {part: asdict(settings) for part, settings in built.items()}
    return replace(RunConfig.checked(run), objective=method.objective, **provenance())


def _sorted(overrides: Mapping[str, Any], kinds: Mapping[str, type]) -> dict[str, dict[str, Any]]:
    """Each override under the one of `kinds` that has a setting of its name, checked."""
    found: dict[str, dict[str, Any]] = {part: {} for part in kinds}
    settings = {part: {s.name: s for s in describe(kind)} for part, kind in kinds.items()}
    for given, value in overrides.items():
        owner, dot, name = given.rpartition(".")
        parts = [part for part in kinds if name in settings[part] and (not dot or owner == OWNERS[part])]
        if not parts:
            raise unknown("setting", given, sorted({n for known in settings.values() for n in known}))
        if len(parts) > 1:
            spelt = " or ".join(f"{OWNERS[part]}.{name}" for part in parts)
            raise UserError(f"The setting {name!r} could be meant of several things; say {spelt}.")
        found[parts[0]][name] = settings[parts[0]][name].check(value)
    return found


def provenance() -> dict[str, Any]:
    """When, with which versions and from which revision of the code."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "versions": dict(_versions()),
        "git_revision": git_revision(),
    }


@cache
def _versions() -> dict[str, str]:
    packages = ("torch", "torchaudio", "numpy", "scikit-learn", "gradio", "umap-learn")
    found = {"python": platform.python_version(), "platform": sys.platform}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


@cache
def git_revision() -> str | None:
    """The revision of the code, with + where it was changed since; None outside a checkout or without git.

    Asked once: what a process has loaded stays as it was.
    """
    here = Path(__file__).parent
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=here, capture_output=True, text=True, timeout=5, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None
