"""What the form of a new run offers, and the run's configuration that comes of it.

The training packages bring torch with them, so they are imported when the form is first filled, not with the page.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from explorer.components import settings_group
from explorer.jobs.quotas import Fitted
from explorer.runs.run_settings import GROUPS, described
from explorer.sounds.open_datasets import OpenDatasets
from training.errors import SettingError, UserError
from training.settings import Setting, describe

OPENED = ("settings", "run")
"""The groups that are seen without a press."""


def method_choices() -> list[tuple[str, str]]:
    """(title, year, what it needs and family, name) of every method, by family."""
    from explorer.catalogue.comparison import by_family
    from training.methods import METHODS

    def title(name: str) -> str:
        card = METHODS[name].card
        needs = f", needs {card.needs}s" if card.needs else ""
        return f"{card.title} ({card.year}{needs}) · {card.family}"

    return [(title(name), name) for names in by_family().values() for name in names]


def known_method(name: Any) -> str:
    """The method of that name, else the one a newcomer begins with: that of a run where none is named."""
    from training.config import RunConfig
    from training.methods import METHODS

    return name if isinstance(name, str) and name in METHODS else RunConfig.method


def method_needs(method: str) -> str:
    """What must lie beside each sound, as a sentence; empty for most methods."""
    from explorer.catalogue.method_markdown import NEEDS
    from training.methods import METHODS

    return NEEDS[METHODS[method].card.needs]


def encoder_choices(method: str) -> list[tuple[str, str]]:
    """(title, name) of the encoders that fit a method, its usual one first."""
    from training.encoders import ENCODERS
    from training.methods import METHODS

    return [(ENCODERS[name].title, name) for name in METHODS[method].encoders]


def wrong_choices(method: str) -> list[tuple[str, str]]:
    """(title, value) of what can be done wrong on purpose: nothing first, then each part taken out, and each mistake."""
    from training.breaks.wrong import wrongs_of

    offered = [(f"{wrong.title[0].upper()}{wrong.title[1:]}", name) for name, wrong in wrongs_of(method).items()]
    return [("Nothing", ""), *offered]


def fitting_encoder(method: str, asked: str | None) -> str:
    """The encoder that was asked for, else the method's usual one."""
    fitting = [name for _, name in encoder_choices(method)]
    return asked if asked in fitting else fitting[0]


def method_card(method: str) -> str:
    """What a newcomer is told of a method, in Markdown."""
    from explorer.catalogue.markdown import escaped
    from explorer.catalogue.method_markdown import badges, introduction, linked
    from training.methods import METHODS

    card = METHODS[method].card
    return "\n\n".join(
        [
            f"**{escaped(card.title)}**: {', '.join(badges(METHODS[method]))}.",
            introduction(METHODS[method]),
            f"*What prevents collapse:* {linked(card.prevents_collapse)}",
            f"*When it breaks:* {linked(card.breaks)}",
            f"*Paper:* {linked(card.paper)}",
        ]
    )


def form_groups(
    method: str,
    encoder: str,
    speed: str = "",
    values: Mapping[str, Mapping[str, Any]] | None = None,
    most: Mapping[str, float] | None = None,
) -> list[dict[str, Any]]:
    """The groups of settings: the method's own, the run's, the augmentations', the spectrogram's.

    `speed`: how fast each size of the encoder is here, as a sentence. `values` by group are put in; without them a field
    keeps what the user wrote, or the default. `most`: the largest value that settings of the run may have here.
    """
    from training.hardware import gpus
    from training.methods import METHODS

    bounds, given = most or {}, {name: dict(group) for name, group in (values or {}).items()}
    for name, value in given.get("run", {}).items():
        given["run"][name] = bounded(value, bounds.get(name))

    def told(setting: Setting) -> Setting:
        if setting.name == "devices":
            return replace(setting, high=gpus())
        if setting.name in bounds:
            high = bounded(setting.high, bounds[setting.name])
            return replace(setting, high=high, default=bounded(setting.default, high))
        if setting.name != "encoder_size":
            return setting
        return replace(setting, meaning=f"{setting.meaning} {speed}".strip())

    def offered(setting: Setting) -> bool:
        return setting.name != "devices" or gpus() > 1

    title = METHODS[method].card.title
    return [
        settings_group(
            name,
            GROUPS[name] or title,
            [*map(told, filter(offered, settings))],
            given.get(name),
            opened=name in OPENED,
        )
        for name, settings in described(method, encoder).items()
    ]


def bounded(value: Any, most: float | None) -> Any:
    """A number cut down to `most`; anything else as it is."""
    return type(value)(most) if isinstance(value, int | float) and most is not None and value > most else value


def config_from(
    data: str | None,
    method: str | None,
    encoder: str | None,
    filled: Mapping[str, Mapping[str, Any]],
    wrong: str | None = None,
) -> dict[str, Any]:
    """The configuration of a new run; `wrong`: what is done wrong on purpose, a value of `wrong_choices`. Raises UserError
    for a value that is missing, wrong or out of range.
    """
    from training.breaks.wrong import broken
    from training.config import RunConfig, new_config
    from training.data import whole_reference
    from training.hardware import check_found, gpus

    if not data or not data.strip():
        raise UserError(
            "No data is chosen that can be opened here; a set by its name or sounds of your own were expected."
        )
    if "run" not in filled:
        raise UserError("The form is still being filled; try again in a moment.")
    known = {setting.name for setting in describe(RunConfig)}
    unknown = [name for name in filled["run"] if name not in known]
    if unknown:
        raise UserError(f"The run has no setting {unknown[0]!r}; its settings are: {', '.join(sorted(known))}.")
    parts = {name: dict(filled.get(name, {})) for name in ("settings", "views", "front_end")}
    if filled["run"].get("steps") is None and filled["run"].get("seconds") is None:
        raise UserError("The run has neither steps nor seconds; give one of them.")
    if wrong and wrong not in [value for _, value in wrong_choices(known_method(method))]:
        raise UserError("This method has no such part to take out, and can make no such mistake; choose another one.")
    config = new_config({}, method=method, encoder=encoder, data=whole_reference(data), **parts, **filled["run"])
    check_found(config.device)
    if config.devices > (there := max(1, gpus())):
        raise SettingError("devices", f"is {config.devices}, but a number from 1 to {there} was expected.")
    return (broken(config, wrong) if wrong else config).to_json()


def check_data(config: Mapping[str, Any], open_datasets: OpenDatasets) -> None:
    """Raises UserError where it is known that a run can't be trained on its data: nothing lies there, or whoever opened it for
    the form found no sounds, or fewer clips than a batch has, and a second look, for which this waits a moment, finds the same.
    """
    from training.data import check_there

    data = config["data"]
    check_there(data)
    try:
        _check_known(config, open_datasets)
    except UserError:
        if not open_datasets.reopened(data).done:
            raise
        _check_known(config, open_datasets)  # its files may have changed


def check_fitted(fitted: Fitted, open_datasets: OpenDatasets) -> None:
    """Raises UserError as `check_data` does of what will be trained; it tells what was asked for, not what that was cut down to."""
    try:
        check_data(fitted.config, open_datasets)
    except UserError:
        check_data(fitted.asked, open_datasets)
        raise


def _check_known(config: Mapping[str, Any], open_datasets: OpenDatasets) -> None:
    from training.config import RunConfig
    from training.preparing import fitting

    found = open_datasets.known(config["data"])
    if found is not None and found.error is not None:
        raise UserError(found.error)
    cut = open_datasets.known(config["data"], config["window_seconds"])
    if cut is not None and cut.dataset is not None:
        fitting(RunConfig.from_json(config), cut.dataset)
