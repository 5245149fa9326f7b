"""docs/settings.md is what the settings' descriptions say now, and tells every one of them."""

import pytest

from explorer.catalogue import settings_document
from explorer.catalogue.markdown import escaped
from explorer.catalogue.settings_document import flat, settings_table
from training.config import RunConfig
from training.methods import METHODS
from training.process import PROJECT
from training.settings import describe, setting
from training.spectrogram import FrontEnd
from training.views import VIEWS


def test_the_page_is_up_to_date() -> None:
    assert (PROJECT / "docs" / "settings.md").read_text() == settings_document.document(), "make docs writes it anew"


@pytest.mark.parametrize("config", [RunConfig, FrontEnd, *VIEWS.values()], ids=lambda config: config.__name__)
def test_every_setting_is_told_with_its_meaning(config: type) -> None:
    text = settings_document.document()
    for one in describe(config):
        assert any(
            line.startswith(f"| `{one.name}` | ") and line.endswith(f"| {escaped(one.meaning)} |")
            for line in text.splitlines()
        ), one.name


def test_every_method_has_its_section() -> None:
    text = settings_document.document()
    for name, method in METHODS.items():
        section = text.partition(f"### `{name}`\n")[2].partition("\n### ")[0]
        assert [s.name for s in describe(method.Config) if f"| `{s.name}` |" not in section] == []
        assert [key for key, _ in flat(method.run_defaults) if f"`{key}`" not in section] == []


def test_type_default_and_range_stand_in_a_line() -> None:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Made:
        count: int | None = setting(None, "How many.", low=1, high=9)
        kind: str = setting("a", "Which.", choices=("a", "b"))
        stretch: float = setting(0.15, "How far.", low=0.0, high=1.0, unit="ratio")

    assert settings_table(describe(Made)).splitlines()[2:] == [
        "| `count` | whole number or nothing | nothing | 1 to 9 | How many. |",
        "| `kind` | a choice | a | a, b | Which. |",
        "| `stretch` | number | 0.15 (±16 %) | 0 to 1 (±0 % to ×2.7 or ÷2.7) | How far. |",
    ]
