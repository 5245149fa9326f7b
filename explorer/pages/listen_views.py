"""What the page Listen offers of augmentations: their domains, and the form of each.

The training packages bring torch with them, so they are imported when the form is first filled, not with the page.
"""

from typing import Any

from explorer.components import settings_group
from training.settings import describe

DOMAINS = {"Mel views": "mel", "Waveform views": "waveform"}
"""Shown → the key of `training.views.VIEWS`."""
FOR_WHAT = (
    "In training each clip is changed at random as here. A method that compares views learns that both are one sound, and so "
    "to ignore what the changes vary; others learn from one copy at a time. "
)
EXPLAINED = {
    "mel": FOR_WHAT
    + "Made of the mel spectrogram, as encoders of spectrograms get them. The pictures are the views themselves; "
    "what you hear is turned back into sound (Griffin–Lim), so it is rougher than what the model gets.",
    "waveform": FOR_WHAT + "Made of the samples, as encoders of waveforms get them, and heard as they are.",
}


def views_form(domain: str) -> list[dict[str, Any]]:
    """The groups of settings, each augmentation with a switch."""
    from training.spectrogram import FrontEnd
    from training.views import VIEWS

    kind = VIEWS.get(domain, VIEWS["mel"])
    groups = [settings_group(f"{domain} views", "Augmentation", describe(kind), switches=True)]
    if domain == "mel":
        groups.append(settings_group("front_end", "Spectrogram", describe(FrontEnd), opened=False))
    return groups
