import io
import wave
from typing import Any

import numpy as np

from training.data import starter
from training.data.starter import making
from training.data.starter.clips import StarterClip, clips_of

DATA = "0" * 64


def test_a_clip_arrives_as_wav(page: Any) -> None:
    answer = page.get(f"clip/{DATA}/3")
    assert answer.headers["content-type"] == "audio/wav"
    assert "immutable" in answer.headers["cache-control"]
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        samples = np.frombuffer(sound.readframes(99_999), "<i2")
    np.testing.assert_array_equal(
        samples, (page.library.open_datasets.dataset(DATA).waveform(3) * 32768).astype(np.int16)
    )


def test_a_picture_arrives_with_its_axes(page: Any) -> None:
    shown, other = page.get(f"pictures/{DATA}?of=3,5").json()
    assert other == page.get(f"pictures/{DATA}?of=5").json()[0] != shown
    assert shown["seconds"] == 0.25
    assert len(shown["mel_hz"]) == shown["mels"] == 64
    assert len(shown["spectrogram"]) == -(-shown["mels"] * shown["frames"] // 3) * 4
    assert shown["low_db"] < shown["high_db"]


def test_an_upload_is_heard_and_seen_by_its_token(page: Any) -> None:
    token = page.uploads.add(np.full(16_000, 16_384, np.int16)).token
    assert len(page.get(f"upload/{token}/clip").content) == 44 + 32_000
    assert page.get(f"upload/{token}/picture").json()["seconds"] == 1.0
    assert page.get(f"upload/{token}/clip").headers["cache-control"] == "no-store"


def test_clips_are_found_by_a_text(page: Any) -> None:
    found = page.get(f"clips/{DATA}?with=dog-1.wav").json()
    assert found == {"total": 1, "clips": [{"clip": 1, "label": "dog", "note": "dog-1.wav"}]}
    assert "at most 100" in page.get(f"clips/{DATA}?with={'x' * 101}").json()["detail"]
    assert page.get(f"clips/{'1' * 64}?with=x").status_code == 404


def test_built_in_clips_are_heard_and_seen_while_the_set_is_being_made(page: Any, monkeypatch: Any) -> None:
    rain = next(i for i, file in enumerate(_files()) if file.startswith("rain/"))
    word = next(i for i, file in enumerate(_files()) if file.startswith("seven/"))
    monkeypatch.setattr(making, "_at_work", None)  # a test before may have asked for the set
    assert page.get(f"clip/{starter.fingerprint()}/{rain}").status_code == 404
    monkeypatch.setattr(making, "_at_work", AtWork([]))
    answer = page.get(f"clip/{starter.fingerprint()}/{rain}")
    assert np.any(np.frombuffer(answer.content[44:], "<i2"))
    assert page.get(f"pictures/{starter.fingerprint()}?of={rain}").json()[0]["seconds"] >= 1
    answer = page.get(f"clip/{starter.fingerprint()}/{word}")
    assert answer.status_code == 503 and "try again in a moment" in answer.json()["detail"]


class AtWork(making.Making):
    """Makes the rain alone."""

    def clips(self, job: making.Job) -> list[StarterClip] | None:
        sound = starter.CLASSES[job[0]]
        return clips_of(sound, sound.sources[job[1]]) if sound.name == "rain" else None


def _files() -> list[str]:
    return [f"{s.name}/{source}" for s in starter.CLASSES for source in s.sources for _ in range(s.clips_each)]
