"""What a file holds, told from its first bytes; its name and extension are not asked."""

ACCEPTED = "wav, rf64, w64, aiff, au, caf, sphere, flac, ogg, opus and mp3"
HEAD_BYTES = 512
SOUND_EXTENSIONS = (
    *(".wav", ".wave", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".sph"),
    *(".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".m4a", ".mp4", ".aac", ".webm", ".wma"),
    *(".amr", ".mka", ".m3u", ".m3u8", ".pls"),
)
"""Files of these names that hold no sound are reported; others, such as a README, are passed over."""


class NotRead(Exception):
    """A file that gives no sound. Its text is the reason, a clause that begins with "it"."""


def longer_than(seconds: float) -> str:
    """The reason of a file that is longer than may be."""
    return f"it is longer than {seconds:g} seconds"


def sound_format(head: bytes) -> str:
    """The accepted format whose files begin with `head` (the first 512 bytes). Raises NotRead with the reason."""
    if not head:
        raise NotRead("it is empty: no audio")
    found = _accepted(head)
    if found is None:
        raise NotRead(f"it {_refused(head)}; {ACCEPTED} are read")
    return found


def _accepted(head: bytes) -> str | None:
    start, kind = head[:4], head[8:12]
    if start in (b"RIFF", b"RIFX") and kind == b"WAVE":
        return "wav"
    if start == b"RF64" and kind == b"WAVE":
        return "rf64"
    if start == b"riff" and head[24:28] == b"wave":
        return "w64"
    if head[:7] == b"NIST_1A":
        return "sphere"
    if start == b"FORM" and kind in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:3] == b"ID3":
        return "mp3"  # or FLAC behind the same tag: the decoder looks past it
    whole = {b".snd": "au", b"dns.": "au", b"caff": "caf", b"fLaC": "flac", b"OggS": "ogg"}.get(start)
    return whole or ("mp3" if _is_mpeg_frame(head) else None)


def _is_mpeg_frame(head: bytes) -> bool:
    """Eleven bits of sync, and a version, layer, bit rate and sampling rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[:2] == b"\xff\xfe":
        return False  # FF FE is the mark of UTF-16 text
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer != 0 and head[2] >> 4 != 15 and head[2] >> 2 & 3 != 3


def _refused(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"#extm3u", b"ffconcat", b"[playlist]", b"<asx", b"<smil", b"[reference]", b"#m3u")):
        return "is a playlist, which is never followed"
    if head[4:8] == b"ftyp":
        return "is m4a or mp4"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "is webm or mkv"
    if head[:4] == b"\x30\x26\xb2\x75":
        return "is wma"
    if head[:4] == b"ADIF" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0):
        return "is aac"
    if head[:5] == b"#!AMR":
        return "is amr"
    if head[:4] == b"PK\x03\x04":
        return "is a zip"
    return "holds no sound in a known format"
