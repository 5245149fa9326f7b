"""The command line that trains a run's settings once more. Imports torch."""

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from training.changed import changed_settings, kinds_of
from training.comparing.settings import seed_of, settings_of
from training.config import OWNERS, new_config
from training.data.stream import is_stream
from training.errors import UserError
from training.settings import describe

FLAGS = ("encoder", "steps", "seconds", "seed", "device", "devices")
"""Settings that have flags of their own."""
ANY_FOLDER = "FOLDER"
"""Stands for sounds whose place is not told."""


def run_command(config: Mapping[str, Any], *, places: bool) -> str:
    """`python -m training run …` with each setting that isn't as usual. `places`: whether it may say where on this machine, or
    in which stream, the sounds lie.

    Empty where no command repeats the run: it was trained longer afterwards, or by another version, or is only watched.
    """
    changed = changed_settings(config)
    breaks = config.get("breaks") or ()
    if changed is None or not isinstance(breaks, list | tuple):
        return ""
    try:
        again = new_config(
            {f"{OWNERS[one.part]}.{one.name}": one.value for one in changed if one.name != "encoder"},
            method=config.get("method"), encoder=config.get("encoder"), data=config.get("data"), breaks=tuple(breaks),
        ).to_json()  # fmt: skip
    except UserError:
        return ""
    same = {**again, "data_fingerprint": config.get("data_fingerprint")}
    if (seed_of(same), settings_of(same)) != (seed_of(config), settings_of(config)):
        return ""
    data = str(config.get("data"))
    told = data if places or not (os.path.isabs(data) or is_stream(data)) else ANY_FOLDER
    flags = ["--data", told, "--method", str(config.get("method")), *_flags(config)]
    flags += [word for name in breaks for word in ("--break", str(name))]
    return f"python -m training run {shlex.join(flags)}"


def _flags(config: Mapping[str, Any]) -> Iterator[str]:
    """Those of all settings that aren't as usual; whose a setting is, is said where several have one of its name."""
    owners = Counter(setting.name for kind in kinds_of(config).values() for setting in describe(kind))
    changed = changed_settings(config) or ()
    for one in sorted(changed, key=lambda one: one.name not in FLAGS):
        if one.name in FLAGS:
            yield from (f"--{one.name}", _word(one.value))
        else:
            owner = f"{OWNERS[one.part]}." if owners[one.name] > 1 else ""
            yield from ("--set", f"{owner}{one.name}={_word(one.value)}")


def _word(value: Any) -> str:
    """A value as the command line takes it, exactly."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
