"""Files are known by their content."""

import pytest

from training.data.sniff import ACCEPTED, NotRead, sound_format


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "rf64"),
        (b"riff.\x91\xcf\x11\xa5\xd6(\xdb\x04\xc1\0\0" + bytes(8) + b"wave", "w64"),
        (b"FORM\0\0\0\0AIFC", "aiff"),
        (b".snd\0\0\0\x18", "au"),
        (b"caff\0\x01\0\0", "caf"),
        (b"fLaC\0\0\0\x22", "flac"),
        (b"OggS\0\x02", "ogg"),
        (b"ID3\x04\0\0", "mp3"),
        (b"\xff\xfb\x90\x64", "mp3"),
        (b"\xff\xf3\x88\xc4", "mp3"),
    ],
)
def test_accepted_formats(head: bytes, found: str) -> None:
    assert sound_format(head) == found


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"#EXTM3U\n/etc/passwd", "playlist"),
        (b"\xef\xbb\xbf  #EXTM3U\n", "playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd", "playlist"),
        (b"[playlist]\nFile1=x", "playlist"),
        (b"\0\0\0\x20ftypM4A ", "m4a"),
        (b"\x1a\x45\xdf\xa3\x01\0", "webm"),
        (b"\x30\x26\xb2\x75\x8e\x66", "wma"),
        (b"\xff\xf1\x50\x80", "aac"),
        (b"\xff\xfeh\0e\0", "no sound"),
        (b"RIFF\0\0\0\0AVI LIST", "no sound"),
        (b"hello", "no sound"),
    ],
)
def test_everything_else_is_refused_naming_what_is_read(head: bytes, words: str) -> None:
    with pytest.raises(NotRead, match=words) as refusal:
        sound_format(head)
    assert ACCEPTED in str(refusal.value)


def test_nothing_is_no_audio() -> None:
    with pytest.raises(NotRead, match="no audio"):
        sound_format(b"")
