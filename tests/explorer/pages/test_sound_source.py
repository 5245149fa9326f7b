"""What a visitor is told of a sound that was sent or recorded."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from explorer.pages.sound_source import RECORDED, SoundSource
from explorer.sounds.uploads import Uploads
from tests.support.sound_files import written


def test_of_a_silent_recording_it_is_told_what_that_means(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    frame: Any = SimpleNamespace(services=SimpleNamespace(uploads=uploads))
    sent = written(tmp_path / RECORDED, np.zeros(8000))
    _, shown, told = SoundSource(frame, "find")._take(str(sent))
    uploads.close()
    assert shown["title"] == "Your recording"
    assert told["text"] == (
        "Your recording can be used, but it is silent: there is nothing to hear in it, and the clips nearest to it say nothing."
    )
