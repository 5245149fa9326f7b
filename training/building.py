"""A run's configuration to its method, with fresh weights."""

from typing import Any

import torch
from torch import Tensor

from training.breaks import check_breaks, take_out, with_settings
from training.config import RunConfig
from training.encoders import ENCODERS
from training.errors import UserError, unknown
from training.methods import METHODS
from training.methods.method import Method, Task
from training.parts.augment import Augment
from training.settings import as_stored, build
from training.spectrogram import FrontEnd
from training.views import VIEWS


def method_of(name: str, encoder: str | None = None) -> type[Method]:
    """The method of this name. Raises UserError where there is none, and where it doesn't fit the `encoder`."""
    if name not in METHODS:
        raise unknown("method", name, METHODS)
    method = METHODS[name]
    if encoder is not None and encoder not in method.encoders:
        raise UserError(f"The method {name} doesn't fit the encoder {encoder!r}; it fits {', '.join(method.encoders)}.")
    return method


def check_goes_on(config: RunConfig) -> None:
    """Raises UserError where this version can't go on with a run: half of a training by one objective and half by another
    would be neither.
    """
    ours = method_of(config.method).objective
    if config.objective != ours:
        raise UserError(
            f"The run was begun with form {config.objective} of the method {config.method}, but this version trains form "
            f"{ours} (CHANGELOG.md says what changed); start a new run."
        )


def built_method(
    config: RunConfig,
    clips: int,
    groups: int,
    statistics: tuple[float, float] = (0.0, 1.0),
    recordings: Tensor | None = None,
) -> Method:
    """The run's method around a new encoder, with weights drawn from the run's seed.

    `statistics` are mean and standard deviation of the data's log-mel; `recordings` (n,) says which recording each clip
    was cut from, which only training asks. Raises UserError for a setting that is wrong.
    """
    kind = method_of(config.method, config.encoder)
    front_end = build(FrontEnd, as_stored(FrontEnd, config.front_end), "The front end")
    views_kind = VIEWS[ENCODERS[config.encoder].domain]
    views = build(views_kind, as_stored(views_kind, config.views), "The views")
    settings: Any = build(kind.Config, as_stored(kind.Config, config.settings), f"The method {config.method}")
    check_breaks(config.method, config.breaks)
    settings = with_settings(config.method, config.breaks, settings)
    torch.manual_seed(config.seed)
    encoder = ENCODERS[config.encoder].of_size(front_end.mels, config.encoder_size, **kind.of_encoder(settings))
    encoder.set_input_statistics(*statistics)
    method = kind(encoder, settings, Task(clips, groups, config.batch_size, Augment(views, front_end), recordings))
    take_out(config.method, config.breaks, method)
    return method
