"""About how large a run will be, from its configuration alone: its weights, and what its folder holds at the end. Imports torch."""

import math
from collections.abc import Mapping
from typing import Any

import torch

from training.building import built_method
from training.config import RunConfig
from training.encoders import ENCODERS
from training.settings import as_stored
from training.snapshot import KEPT
from training.spectrogram import FrontEnd

STATES_KEPT = 2
"""Checkpoints that hold all a resume needs: the weights, and for each two values of the optimiser."""
LEAST_WIDTH = 256
"""Numbers of two bytes that a clip has in a snapshot, at least, as embedding and once more as projection."""
LENS_BYTES = 300_000


def weights_bytes(config: Mapping[str, Any]) -> int:
    """Of the model's parameters. Raises UserError for settings that are wrong."""
    full = RunConfig.from_json(config)
    try:
        with torch.device("meta"):  # nothing is allocated
            method = built_method(full, clips=1, groups=1)
    except (RuntimeError, NotImplementedError):  # a method that looks at numbers while it is built
        method = built_method(full, clips=1, groups=1)
    return sum(weights.numel() * weights.element_size() for weights in method.parameters())


def run_bytes(config: Mapping[str, Any], model: int, longest: float = math.inf) -> int:
    """About what a run's folder will hold at its end, rather more than less: weights and embeddings of each snapshot.

    Snapshots lie three seconds and 40 steps apart, then a fifth of all steps or a minute; see training.snapshot. `longest`
    is after how many seconds a run is stopped that is bounded by steps.
    """
    full = RunConfig.from_json(config)
    seconds = longest if full.steps is not None else float(full.seconds or 0)
    growing = 7 + math.log(max(1.0, seconds / 15)) / math.log(1.2) + seconds / 60
    snapshots = min(KEPT, growing, 2 + (full.steps or math.inf) / 40)
    clip = 2 * 2 * max(LEAST_WIDTH, _width(full.encoder, full.encoder_size, full.front_end))
    return int(snapshots * (model + full.probe_clips * clip + LENS_BYTES) + STATES_KEPT * 4 * model)


def _width(encoder: str, size: str, front_end: Mapping[str, Any]) -> int:
    """Of an embedding."""
    with torch.device("meta"):
        return ENCODERS[encoder].of_size(FrontEnd(**as_stored(FrontEnd, front_end)).mels, size).width
