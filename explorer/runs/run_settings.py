"""What a run was started with, setting by setting, beside what its method takes by default. Imports torch."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from explorer.runs.points import points
from training.changed import breaks_of, differs, is_outbid, kinds_of
from training.data.names import readable_name
from training.data.stream import is_stream, sampled_of
from training.run import RunFolder
from training.settings import Setting, describe

GROUPS = {"settings": "", "run": "Training", "views": "Views (augmentation)", "front_end": "Spectrogram"}
"""Name of a group of settings → its title; the first is called as the method."""
WATCHED = "Hearsight does not train this run and does not know its method; this is what the run says of itself."
MOST_TOLD, LONGEST = 60, 200


def described(method: str, encoder: str) -> dict[str, Sequence[Setting]]:
    """Group → settings of a run by this method and encoder, with the method's own defaults where it has some."""
    from training.methods import METHODS

    own = METHODS[method].run_defaults
    return {
        part: _with_defaults(describe(kind), own if part == "run" else own.get(part, {}))
        for part, kind in kinds_of({"method": method, "encoder": encoder}).items()
    }


def values_of(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Group → setting → value, as a run's config holds them; what is damaged is left out."""
    parts = {name: config.get(name) for name in ("settings", "views", "front_end")}
    return {"run": dict(config)} | {n: dict(part) for n, part in parts.items() if isinstance(part, Mapping)}


def run_settings(run: RunFolder, *, places: bool = False) -> dict[str, Any]:
    """Method, encoder and data by their titles, the parts taken out, all settings, of which those that differ come first, and
    the "command" that trains them once more, empty where there is none: with `places` it says where on this machine the sounds lie.

    Each setting is {"name", "title" of its group, "value", "default", "unit", "changed"}. Of a method or an encoder that
    this version does not know there are none, and of a run that is only watched what its loop says of itself. "note" says so.
    """
    from training.encoders import ENCODERS
    from training.methods import METHODS
    from training.repeated import run_command

    config = run.config()
    if run.watched:
        return _of_loop(run, config)
    method, encoder = str(config.get("method", "")), str(config.get("encoder", ""))
    told = {
        "method": METHODS[method].card.title if method in METHODS else method,
        "encoder": ENCODERS[encoder].title if encoder in ENCODERS else encoder,
        "usual_encoder": method in METHODS and METHODS[method].encoders[0] == encoder,
        "data": _data_name(run, config),
        "breaks": list(breaks_of(config)),
        "settings": [],
        "command": run_command(config, places=places),
        "note": _of_stream(run, str(config.get("data") or "")),
        "watched": False,
    }
    if method not in METHODS or encoder not in ENCODERS:
        return told
    values = values_of(config)
    rows = [
        _row(setting, GROUPS[group] or str(told["method"]), values[group][setting.name], config)
        for group, settings in described(method, encoder).items()
        for setting in settings
        if setting.name in values.get(group, {})
    ]
    return {**told, "settings": sorted(rows, key=lambda row: not row["changed"])}


def _data_name(run: RunFolder, config: Mapping[str, Any]) -> str:
    """As the list of runs calls it: before the data is open, or where it never was, the last part of its path."""
    return points(run).data_name or readable_name(PurePath(str(config.get("data") or "")).name, LONGEST)


def _of_stream(run: RunFolder, data: str) -> str:
    """That what is seen of a stream is a sample; empty of other data."""
    clips = run.probe().get("data_clips")
    return sampled_of(data, clips) if is_stream(data) and type(clips) is int else ""


def _of_loop(run: RunFolder, config: Mapping[str, Any]) -> dict[str, Any]:
    about = config.get("about")
    told = {
        readable_name(str(name), LONGEST): value for name, value in (about if isinstance(about, dict) else {}).items()
    }
    rows = [
        {
            "name": name,
            "title": "as the run says",
            "value": readable_name(value, LONGEST) if isinstance(value, str) else value,
            "default": None,
            "unit": "",
            "changed": True,
        }
        for name, value in list(told.items())[:MOST_TOLD]
        if name != "method" and isinstance(value, str | int | float | bool)
    ]
    return {
        "method": readable_name(str(config.get("method", "")), LONGEST),
        "encoder": "",
        "usual_encoder": True,
        "data": _data_name(run, config),
        "breaks": [],
        "settings": rows,
        "command": "",
        "note": WATCHED,
        "watched": True,
    }


def _row(setting: Setting, title: str, value: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    shown = value if isinstance(value, str | int | float | bool) else None
    return {
        "name": setting.name,
        "title": title,
        "value": shown,
        "default": setting.default,
        "unit": setting.unit,
        "changed": differs(setting.name, value, setting.default) and not is_outbid(setting.name, config),
    }


def _with_defaults(settings: Sequence[Setting], defaults: Mapping[str, Any]) -> list[Setting]:
    return [replace(s, default=defaults.get(s.name, s.default)) for s in settings]
