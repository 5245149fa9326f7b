"""What the form of the page Train offers, and the run's configuration that comes of it.

The training packages bring torch with them, so they are imported when the form is first filled, not with the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from explorer.components import settings_group
from training.errors import UserError
from training.settings import Setting, describe

HERE = {"ready": "", "to be made": " (made on first use)", "to be downloaded": " (not downloaded yet)"}


def data_choices() -> list[tuple[str, str]]:
    """(title, name) of every data set that can be opened without a path."""
    from training.data import list_datasets

    return [(f"{row.title}{HERE[row.state]}", row.name) for row in list_datasets()]


def is_to_be_downloaded(name: str) -> bool:
    """Whether `name` is a public set that was not fetched yet."""
    from training.data import list_datasets

    return any(row.name == name and row.state == "to be downloaded" for row in list_datasets())


def method_choices() -> list[tuple[str, str]]:
    """(title and year, name) of every method."""
    from training.methods import METHODS

    return [(f"{method.card.title} ({method.card.year})", name) for name, method in METHODS.items()]


def encoder_choices(method: str) -> list[tuple[str, str]]:
    """(title, name) of the encoders that fit a method, its usual one first."""
    from training.encoders import ENCODERS
    from training.methods import METHODS

    return [(ENCODERS[name].title, name) for name in METHODS[method].encoders]


def method_card(method: str) -> str:
    """What a newcomer is told of a method, in Markdown."""
    from training.methods import METHODS

    card = METHODS[method].card
    negatives = "with negatives" if card.negatives else "without negatives"
    return "\n\n".join(
        [
            f"**{card.title}**: {card.family}, {negatives}. {card.summary}",
            f"$$ {card.formula} $$",
            f"*What prevents collapse:* {card.prevents_collapse}",
            f"*When it breaks:* {card.breaks}",
            f"*Paper:* {card.paper}",
        ]
    )


def form_groups(method: str, encoder: str) -> list[dict[str, Any]]:
    """The groups of settings: the method's own, the run's, the augmentations', the spectrogram's."""
    from training.config import RunConfig
    from training.encoders import ENCODERS
    from training.methods import METHODS
    from training.spectrogram import FrontEnd
    from training.views import VIEWS

    chosen = METHODS[method]
    run = _with_defaults(describe(RunConfig), chosen.run_defaults)
    return [
        settings_group("settings", chosen.card.title, describe(chosen.Config)),
        settings_group("run", "Training", run),
        settings_group("views", "Two views (augmentation)", describe(VIEWS[ENCODERS[encoder].domain]), opened=False),
        settings_group("front_end", "Spectrogram", describe(FrontEnd), opened=False),
    ]


def config_from(data: str | None, method: str, encoder: str, filled: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The configuration of a new run. Raises UserError for a value that is missing, wrong or out of range."""
    from training.config import new_config
    from training.data import whole_reference

    if not data or not data.strip():
        raise UserError("No data is chosen; choose a set, or type the path of a folder.")
    if "run" not in filled:
        raise UserError("The form is still being filled; try again in a moment.")
    parts = {name: dict(filled.get(name, {})) for name in ("settings", "views", "front_end")}
    if filled["run"].get("steps") is None and filled["run"].get("seconds") is None:
        raise UserError("The run has neither steps nor seconds; give one of them.")
    config = new_config({}, method=method, encoder=encoder, data=whole_reference(data), **parts, **filled["run"])
    return config.to_json()


def _with_defaults(described: Sequence[Setting], defaults: Mapping[str, Any]) -> list[Setting]:
    """The same settings with the method's own defaults where it has some."""
    return [replace(s, default=defaults.get(s.name, s.default)) for s in described]
