"""A form built from described settings: slider, choice or switch, with range, default and meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.web.incoming import SCALAR
from training.settings import Setting


class SettingsForm(BrowserPart):
    """Value: {"groups": [group]} as `settings_group` makes them; after the browser has shown it, also
    {"filled": {group name: {setting: value}}, "wrong": the first mistake in words or ""}. Sends `change`.
    `holds`: whether it is the form of a new run, which the line above it tells in words.
    """

    module = "forms/settings.js"
    kind = "part-settings"
    accepts: ClassVar[Any] = {"filled": {str: {str: SCALAR}}}

    def __init__(self, value: Any = None, *, holds: bool = False, **settings: Any):
        super().__init__(value, holds=holds, **settings)


def settings_group(
    name: str,
    title: str,
    described: Sequence[Setting],
    values: Mapping[str, Any] | None = None,
    opened: bool = True,
    switches: bool = False,
) -> dict[str, Any]:
    """One group of the form. `values` are put in; without them a field keeps what the user wrote, or the default.

    With `switches` every number that may be 0 gets a switch, for settings of which 0 means off.
    """
    settings = [{**_plain(s), "switch": switches and _may_be_off(s)} for s in described]
    known = {s.name for s in described}
    put_in = {name: value for name, value in (values or {}).items() if name in known}
    return {"name": name, "title": title, "settings": settings, "values": put_in, "open": opened}


def filled_in(value: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """What the user filled in: group name → setting → value, unchecked."""
    found = (value or {}).get("filled")
    groups = found.items() if isinstance(found, dict) else ()
    return {name: dict(group) for name, group in groups if isinstance(group, Mapping)}


def _plain(described: Setting) -> dict[str, Any]:
    """What the form must know of a setting, as JSON values; what older runs had is none of it."""
    return {name: value for name, value in asdict(described).items() if name != "before"} | {
        "kind": described.kind.__name__
    }


def _may_be_off(described: Setting) -> bool:
    return described.kind is float and described.low == 0
