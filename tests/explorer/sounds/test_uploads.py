import os
import re
import stat
import tempfile
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.sounds import uploads as module
from explorer.sounds.uploads import PREFIX, Uploads
from tests.support.limits_enforced import asked
from training.errors import UserError


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def incoming(temporary: Any) -> Any:
    folder = temporary / "gradio"
    folder.mkdir()
    return folder


@pytest.fixture
def store(incoming: Any) -> Iterator[Any]:
    made = Uploads(incoming)
    yield made
    made.close()


def write_wav(path: Any, seconds: Any = 0.5) -> Any:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((np.arange(int(16_000 * seconds)) % 1000).astype("<i2").tobytes())
    return path


def test_a_file_is_decoded_and_kept(store: Any, incoming: Any) -> None:
    upload = store.add_file(write_wav(incoming / "sound.wav"))
    assert upload.seconds == 0.5
    assert re.fullmatch("[0-9a-f]{32}", upload.token)
    np.testing.assert_array_equal(store.samples(upload.token), np.arange(8_000) % 1000)
    np.testing.assert_allclose(store.waveform(upload.token), (np.arange(8_000) % 1000) / 32768)


def test_a_sound_that_nobody_asks_for_again_is_not_kept(store: Any, incoming: Any, temporary: Any) -> None:
    heard = store.heard(write_wav(incoming / "sound.wav"))
    np.testing.assert_allclose(heard, (np.arange(8_000) % 1000) / 32768)
    assert heard.dtype == np.float32 and not list(temporary.rglob("*.i16"))
    with pytest.raises(UserError, match="not a sound that was sent"):
        store.heard(write_wav(temporary / "other.wav"))


def test_security_only_what_was_sent_to_the_page_is_opened(store: Any, incoming: Any, temporary: Any) -> None:
    outside = write_wav(temporary / "private.wav")
    (incoming / "link.wav").symlink_to(outside)
    (incoming / "folder").mkdir()
    for path in (
        outside,
        incoming / "link.wav",
        incoming / ".." / "private.wav",
        incoming / "folder",
        incoming / "none",
    ):
        with pytest.raises(UserError, match="not a sound that was sent to this page"):
            store.add_file(path)
    with pytest.raises(UserError):
        store.add_file("with\0nul")


def test_bad_input_what_is_no_sound_is_refused_in_words(store: Any, incoming: Any) -> None:
    (incoming / "notes.wav").write_text("no sound at all")
    with pytest.raises(UserError, match=r"notes\.wav"):
        store.add_file(incoming / "notes.wav")
    with pytest.raises(UserError, match="longer than 30 seconds"):
        store.add_file(write_wav(incoming / "long.wav", 31))


def test_security_unknown_tokens_have_no_sound(store: Any) -> None:
    for token in ("0" * 32, "", "../x", "*", "0" * 31 + "*"):
        assert store.samples(token) is None


def test_security_the_folder_is_private(store: Any, temporary: Any) -> None:
    folder = next(temporary.glob(f"{PREFIX}*"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_visitors_sounds_go_when_their_time_is_over(store: Any, temporary: Any) -> None:
    token = store.add(np.zeros(10, np.int16)).token
    path = next(temporary.glob(f"{PREFIX}*/{token}*"))
    old = time.time() - module.LIFETIME_SECONDS - 1
    os.utime(path, (old, old))
    assert store.samples(token) is None
    store.sweep()
    assert not path.exists()


def test_visitors_the_oldest_go_when_the_quota_is_full(incoming: Any, temporary: Any) -> None:
    store = Uploads(incoming, quota_bytes=2_500)
    tokens = []
    for age in (30, 20, 10):
        tokens.append(store.add(np.zeros(500, np.int16)).token)
        then = time.time() - age
        os.utime(next(temporary.glob(f"{PREFIX}*/{tokens[-1]}*")), (then, then))
    assert [store.samples(token) is not None for token in tokens] == [False, True, True]
    store.close()


def test_visitors_with_the_most_sounds_lose_their_oldest_first(incoming: Any, temporary: Any) -> None:
    store = Uploads(incoming, quota_bytes=5_000)
    tokens = {}
    for age, visitor in ((50, "b"), (40, "a"), (30, "a"), (20, "a"), (10, "a"), (5, "b")):
        with asked(visitor):
            tokens[age] = store.add(np.zeros(500, np.int16)).token
        then = time.time() - age
        os.utime(next(temporary.glob(f"{PREFIX}*/{tokens[age]}*")), (then, then))
    kept = [age for age, token in tokens.items() if store.samples(token) is not None]
    assert kept == [50, 30, 20, 10, 5]
    with asked("a"):
        store.add(np.zeros(500, np.int16))
    kept = [age for age, token in tokens.items() if store.samples(token) is not None]
    assert kept == [50, 20, 10, 5]
    store.close()


def test_visitors_files_are_swept_where_they_come_in_too(store: Any, incoming: Any) -> None:
    old, new = incoming / "old.wav", incoming / "new.wav"
    for path, age in ((old, 3_000), (new, 0)):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    store.sweep()
    assert (old.exists(), new.exists()) == (False, True)


def test_visitors_sounds_have_names_that_nobody_guesses_and_nobody_is_told(store: Any, temporary: Any) -> None:
    tokens = [store.add(np.zeros(10, np.int16)).token for _ in range(100)]
    assert len(set(tokens)) == 100 and all(len(token) == 32 for token in tokens)
    public = {name for name in vars(Uploads) if not name.startswith("_")}
    assert public == {"add_file", "add", "heard", "samples", "waveform", "sweep", "close"}  # none lists them


def test_closing_removes_everything(incoming: Any, temporary: Any) -> None:
    store = Uploads(incoming)
    store.add(np.zeros(10, np.int16))
    store.close()
    assert not list(Path(temporary).glob(f"{PREFIX}*"))


def test_security_what_a_killed_server_left_goes_at_the_next_start(incoming: Any, temporary: Any) -> None:
    killed, living = Uploads(incoming), Uploads(incoming)
    kept = living.add(np.full(8, 16_384, np.int16)).token
    killed.add(np.full(8, 16_384, np.int16))
    os.close(killed._alive)  # as the system does it
    begun = temporary / f"{PREFIX}begun"
    begun.mkdir()
    later = Uploads(incoming)
    assert not killed._folder.exists() and begun.exists() and later._folder.exists()
    assert living.samples(kept) is not None
    killed._closed.set()
    later.close()
    living.close()


def test_visitors_who_have_as_many_lose_the_oldest_of_all(incoming: Any, temporary: Any) -> None:
    store = Uploads(incoming, quota_bytes=2_000)
    tokens = {}
    for age, visitor in ((30, "a"), (40, "b")):
        with asked(visitor):
            tokens[visitor] = store.add(np.zeros(500, np.int16)).token
        then = time.time() - age
        os.utime(next(temporary.glob(f"{PREFIX}*/{tokens[visitor]}*")), (then, then))
    with asked("c"):
        store.add(np.zeros(500, np.int16))
    assert store.samples(tokens["a"]) is not None and store.samples(tokens["b"]) is None
    store.close()
