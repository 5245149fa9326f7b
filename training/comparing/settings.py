"""Which runs repeat each other: those trained with the same settings on the same sounds, whatever their seed. Imports torch."""

import json
from collections.abc import Mapping
from typing import Any

from training.changed import is_outbid, kinds_of
from training.config import BOUNDS, RunConfig
from training.settings import as_stored

NO_SETTING = frozenset({"schema", "created", "versions", "git_revision", "data", "seed"})
"""What a configuration says of when and by what a run is trained and where its sounds lie, and its seed."""
UNSAID = {"objective": RunConfig.objective, "breaks": RunConfig.breaks, "lengthened": RunConfig.lengthened}
"""Of runs that were begun before these were told."""


def settings_of(config: Mapping[str, Any]) -> str:
    """All that decides what a run becomes but its seed, as a text that is the same where these are.

    Settings that came later than the run are as they were then. Of a run that is only watched, what its loop says of itself.
    """
    watched = config.get("watched") is True
    stored = dict(config) if watched else {**UNSAID, **as_stored(RunConfig, config)}
    for part, kind in {} if watched else kinds_of(config).items():
        if isinstance(stored.get(part), Mapping):
            stored[part] = as_stored(kind, stored[part])
    about = stored.get("about")
    if watched and isinstance(about, Mapping):
        stored["about"] = {name: value for name, value in about.items() if name != "seed"}
    if not watched:
        stored["lengthened"] = _lengthened(stored["lengthened"])
    told = {name: value for name, value in stored.items() if name not in NO_SETTING and not is_outbid(name, config)}
    return json.dumps(told, sort_keys=True)


def _lengthened(given: Any) -> str:
    """At which ends a run was trained longer; at which steps these came says the machine."""
    each = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list | tuple) else []
    ends = [f"at {one[name]} {name}" for one in each for name in BOUNDS if one.get(name) is not None]
    return ", ".join(ends) or "never"


def seed_of(config: Mapping[str, Any]) -> int | None:
    """The seed, of a run that is only watched as its loop says it; None where none is told."""
    about = config.get("about")
    found = about.get("seed") if config.get("watched") is True and isinstance(about, Mapping) else config.get("seed")
    return found if type(found) is int else None
