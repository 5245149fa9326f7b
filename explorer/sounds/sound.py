"""A sound's address, as the page's components hold it, and the samples behind it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from training.errors import UserError

NO_SOUND = "No sound is chosen: choose a clip, drop a file, or record one."


def waveform_of(sound: Any, open_datasets: OpenDatasets, uploads: Uploads) -> np.ndarray:
    """(S,) float32 at 16 kHz of {"upload": token} or {"fingerprint", "index"}, which came from a browser and may be
    anything. Raises UserError, of which StillOpening passes by itself.
    """
    if not isinstance(sound, Mapping):
        raise UserError(NO_SOUND)
    if sound.get("upload") is not None:
        found = uploads.waveform(str(sound["upload"]))
        if found is None:
            raise UserError(
                "This sound was removed: sounds that are sent here are kept for less than an hour. Send it again."
            )
        return found
    fingerprint, index = sound.get("fingerprint"), sound.get("index")
    if not isinstance(fingerprint, str) or type(index) is not int:
        raise UserError(NO_SOUND)
    dataset = open_datasets.one_by_one(fingerprint)
    if dataset is None or not 0 <= index < len(dataset):
        raise UserError("The sounds of this clip are not on this machine any more.")
    return dataset.waveform(index)
