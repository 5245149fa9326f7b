"""One sound to see and hear: waveform and log-mel spectrogram with axes, a cursor, the keyboard."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.web.incoming import SOUND


class SoundPlayer(BrowserPart):
    """Value: {"sound": sound, "title": str, "subtitle": str, "play": bool}, or None for no sound.

    A sound is {"fingerprint": str, "index": int} for a clip of a data set, or {"upload": token}. All but "sound" may
    be left out; with "play" the sound is heard as soon as it is shown. With "picture" (as the byte route of pictures
    gives it) that is shown in place of the sound's own.
    """

    module = "sound/player.js"
    kind = "part-player"
    accepts: ClassVar[Any] = {"sound": SOUND, "title": str, "subtitle": str, "play": bool}

    def __init__(self, value: Any = None, *, empty: str = "No sound chosen yet.", **settings: Any):
        super().__init__(value, empty=empty, **settings)


def clip_sound(fingerprint: str, index: int) -> dict[str, Any]:
    """The address of a data set's clip, as the components want it."""
    return {"fingerprint": fingerprint, "index": int(index)}


def upload_sound(token: str) -> dict[str, Any]:
    """The address of an uploaded, recorded or derived sound."""
    return {"upload": token}
