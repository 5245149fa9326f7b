"""Sounds that don't fit on this machine: shards (tar files, here or on the web) and sets of the Hugging Face hub, as a stream.

shards:/data/speech-{000000..000127}.tar    tar files by number; also http and https addresses, one tar, a folder of tars
stream:owner/name[:configuration]           a set of the hub, which is read and never kept

A stream has two sides. Its *sample* (`sample.py`) is an ordinary Dataset of some thousand clips: what is measured, mapped
and listened to. Its *feed* (`feed.py`) is what is trained on: all of it, once an epoch, read by processes of their own.
"""

from typing import Any

from training.data.stream.references import is_stream, name_of
from training.errors import SettingError, UserError

__all__ = ["check_streamed", "is_stream", "sampled_of"]


def sampled_of(reference: str, clips: int) -> str:
    """What the page says of a stream's sample of so many clips."""
    return (
        f"These {clips:,} clips are a sample of the stream {name_of(reference)}: they are measured and mapped, while training "
        "reads all of it."
    )


def check_streamed(reference: str, method: Any, settings: Any) -> None:
    """Raises UserError where a method can't be trained on `reference` with its `settings`, as it is a stream."""
    if not is_stream(reference):
        return
    if method.remembers_clips:
        raise UserError(
            f"{method.card.title} keeps something of every clip, so it needs data with a known number of clips, and "
            f"{name_of(reference)} is a stream; choose another method, or a folder of sounds."
        )
    if method.draw(settings) == "by_group":
        raise SettingError(
            "others_from",
            f"needs batches drawn by source, and {name_of(reference)} is a stream, which is read in its own order; choose all, "
            "or a folder of sounds.",
        )
