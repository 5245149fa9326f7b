"""What the form of the page Train offers, and the run's configuration that comes of it.

The training packages bring torch with them, so they are imported when the form is first filled, not with the page.
"""

from collections.abc import Mapping
from typing import Any

from explorer.components import settings_group
from training.data import list_datasets
from training.errors import UserError
from training.settings import Setting, describe

OWN = ("method", "encoder", "data")
"""Settings of a run that have a field of their own above the form."""


def data_choices() -> list[str]:
    """Names of the data sets that can be opened without a path."""
    return [str(getattr(entry, "name", entry)) for entry in list_datasets()]


def method_choices() -> list[tuple[str, str]]:
    """(title, name) of every method."""
    from training.methods import METHODS

    return [(method.card.title, name) for name, method in METHODS.items()]


def about_method(name: str) -> tuple[str, list[str]]:
    """The method's card in a few words (Markdown), and the encoders it works with, the usual one first."""
    from training.methods import METHODS

    card = METHODS[name].card
    negatives = "with negatives" if card.negatives else "without negatives"
    return f"**{card.family}**, {card.year}, {negatives}. {card.summary}", list(METHODS[name].encoders)


def form_groups(method: str) -> list[dict[str, Any]]:
    """The groups of settings for a method: its own, the training's, the augmentations', the front end's."""
    from training.config import RunConfig
    from training.methods import METHODS
    from training.spectrogram import FrontEnd
    from training.views.mel import MelViews

    return [
        settings_group("method", METHODS[method].card.title, describe(METHODS[method].Config)),
        settings_group("training", "Training", _own_fields(describe(RunConfig))),
        settings_group("views", "Views (augmentation)", describe(MelViews), opened=False),
        settings_group("front_end", "Sound front end", describe(FrontEnd), opened=False),
    ]


def config_from(data: str | None, method: str, encoder: str, filled: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The configuration of a new run. Raises UserError for a value that is missing, wrong or out of range."""
    from training.config import RunConfig

    if not data or not data.strip():
        raise UserError("No data is chosen; choose a set or type the path of a folder.")
    if "training" not in filled:
        raise UserError("The form is still being filled; try again in a moment.")
    values = {
        **filled["training"],
        "method": method,
        "encoder": encoder,
        "data": data.strip(),
        "settings": dict(filled.get("method", {})),
        "views": dict(filled.get("views", {})),
        "front_end": dict(filled.get("front_end", {})),
    }
    return RunConfig.from_json(values).to_json()


def _own_fields(described: tuple[Setting, ...]) -> list[Setting]:
    return [setting for setting in described if setting.name not in OWN]
