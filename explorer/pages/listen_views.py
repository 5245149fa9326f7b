"""What the lower half of the page Listen works with: the form of the augmentations, and two views made by it.

The training packages bring torch with them, so they are imported when the form is first filled, not with the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from explorer.components import filled_in, said, settings_group, upload_sound
from explorer.sounds.open_datasets import OpenDatasets, StillOpening
from explorer.sounds.sound import waveform_of
from explorer.sounds.uploads import Uploads
from explorer.web.routes.sounds import picture_values
from training.data.dataset import Dataset
from training.errors import UserError
from training.settings import build, describe

DOMAINS = {"Mel views": "mel", "Waveform views": "waveform"}
"""Shown → the key of `training.views.VIEWS`."""
EXPLAINED = {
    "mel": "Made of the mel spectrogram, as encoders of spectrograms get them. The pictures are the views themselves; "
    "what you hear is turned back into sound (librosa, Griffin–Lim), so it is rougher than what the model gets.",
    "waveform": "Made of the samples, as encoders of waveforms get them, and heard as they are.",
}
PARTNERS = 15
"""Other clips in the batch, of which mixup takes one."""


@dataclass(frozen=True)
class Shown:
    """Values of the two players and of the sentence below; None: as before."""

    first: dict[str, Any] | None
    second: dict[str, Any] | None
    notice: dict[str, Any]


def views_form(domain: str) -> list[dict[str, Any]]:
    """The groups of settings, each augmentation with a switch."""
    from training.spectrogram import FrontEnd
    from training.views import VIEWS

    kind = VIEWS.get(domain, VIEWS["mel"])
    groups = [settings_group(f"{domain} views", "Augmentation", describe(kind), switches=True)]
    if domain == "mel":
        groups.append(settings_group("front_end", "Spectrogram", describe(FrontEnd), opened=False))
    return groups


def views_of(
    chosen: Any,
    form: Any,
    domain: str,
    seed: float | None,
    reference: str,
    open_datasets: OpenDatasets,
    uploads: Uploads,
) -> Shown:
    """Two views of the sound that the player shows, kept as sounds of their own. A mistake becomes the sentence."""
    from explorer.sounds.views import two_views
    from training.spectrogram import FrontEnd
    from training.views import VIEWS

    try:
        if domain not in VIEWS:
            raise UserError("Choose mel views or waveform views.")
        filled = filled_in(form)
        views = build(VIEWS[domain], filled.get(f"{domain} views", {}), "The augmentation")
        front_end = build(FrontEnd, filled.get("front_end", {}) if domain == "mel" else {}, "The spectrogram")
        chance = whole_seed(seed)
        sound = chosen.get("sound") if isinstance(chosen, dict) else None
        waveform = waveform_of(sound, open_datasets, uploads)
        others = partners(_dataset(sound, reference, open_datasets), sound, chance)
        pair = two_views(waveform, others, views, front_end, chance)
        first, second = (
            {
                "sound": upload_sound(uploads.add_waveform(view.waveform).token),
                "title": title,
                "subtitle": "as the model gets it",
                "picture": picture_values(view.picture)
                | ({"rms_db": None, "peak_db": None} if domain == "mel" else {}),
            }
            for title, view in zip(("View 1", "View 2"), pair, strict=True)
        )
    except UserError as error:
        return Shown(None, None, said(str(error), "bad"))
    return Shown(first, second, said(EXPLAINED[domain]))


def whole_seed(seed: float | None) -> int:
    """The seed as torch takes it."""
    if seed is None or not np.isfinite(seed) or not 0 <= seed <= 2**31:
        raise UserError(f"The seed is {seed}, but a whole number from 0 to 2,147,483,648 was expected.")
    return int(seed)


def partners(dataset: Dataset | None, sound: Any, seed: int) -> Sequence[np.ndarray]:
    """The rest of the batch: random clips of `dataset` other than `sound`; none where there is no data set."""
    if dataset is None:
        return []
    drawn = np.random.default_rng(seed).permutation(len(dataset))[: PARTNERS + 1]
    own = sound.get("index") if isinstance(sound, dict) and sound.get("fingerprint") == dataset.fingerprint else None
    return [dataset.waveform(int(clip)) for clip in drawn if clip != own][:PARTNERS]


@cache
def warm_up() -> None:
    """Import and compile what the first view needs, before it is asked for. Once is enough."""
    from explorer.sounds import inversion

    inversion.warm_up()


def _dataset(sound: Any, reference: str, open_datasets: OpenDatasets) -> Dataset | None:
    """The data set of a clip; for a visitor's own sound the one that is chosen on the page."""
    if isinstance(sound, dict) and "fingerprint" in sound:
        try:
            return open_datasets.dataset(sound["fingerprint"])
        except StillOpening:
            return None
    opening = open_datasets.known(reference)
    return None if opening is None else opening.dataset
