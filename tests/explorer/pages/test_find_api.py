"""What programs send to /find and /compare is heard and not kept."""

import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.pages.find_api import _waveform
from explorer.sounds.uploads import Uploads
from training.errors import UserError


def test_what_is_sent_is_heard_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "gradio").mkdir()
    sent = tmp_path / "gradio" / "sound.wav"
    with wave.open(str(sent), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(8_000))
    uploads = Uploads(tmp_path / "gradio")
    frame: Any = SimpleNamespace(services=SimpleNamespace(uploads=uploads))
    try:
        for _ in range(3):
            assert len(_waveform(frame, str(sent))) == 4_000
        assert not list(tmp_path.rglob("*.i16"))
        with pytest.raises(UserError, match="No sound was sent"):
            _waveform(frame, None)
    finally:
        uploads.close()
