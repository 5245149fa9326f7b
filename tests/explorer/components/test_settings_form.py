"""From described settings to a form's value and back."""

import json
from dataclasses import dataclass

from explorer.components import filled_in, settings_group
from training.settings import describe, setting


@dataclass(frozen=True)
class Config:
    temperature: float = setting(0.1, "How sharp.", low=0.01, high=10, scale="log")
    steps: int | None = setting(None, "How long.", low=1)
    kind: str = setting("a", "Which.", choices=("a", "b"))


def test_a_group_is_json_and_keeps_every_fact() -> None:
    group = settings_group("method", "SimCLR", describe(Config), {"kind": "b"}, opened=False)
    first, second, third = json.loads(json.dumps(group))["settings"]
    assert (first["name"], first["kind"], first["default"], first["low"], first["high"]) == (
        "temperature",
        "float",
        0.1,
        0.01,
        10,
    )
    assert first["scale"] == "log"
    assert (second["kind"], second["optional"], second["default"]) == ("int", True, None)
    assert third["choices"] == ["a", "b"]
    assert group["values"] == {"kind": "b"}
    assert group["open"] is False


def test_what_was_filled_in_is_read_or_nothing() -> None:
    assert filled_in({"groups": [], "filled": {"method": {"temperature": 0.2}}}) == {"method": {"temperature": 0.2}}
    assert filled_in(None) == {}
    assert filled_in({"groups": []}) == {}
    assert filled_in({"filled": "nonsense"}) == {}
