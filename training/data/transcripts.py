"""What is said in recordings, by the transcripts of LibriSpeech: a `84-121123.trans.txt` for all utterances of its folder."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from training.data.sniff import NotRead
from training.data.tables import content_of, text_of

ENDING = ".trans.txt"


def transcripts_of(names: Sequence[str], beside: Mapping[str, str]) -> dict[str, str]:
    """Text by sound, of those of `names` that a transcript in their folder names. `beside`: name → path of the files with them.

    A line is the sound's name without its ending, then what is said. What can't be read tells nothing.
    """
    said: dict[str, str] = {}
    for name in filter(is_transcript, beside):
        try:
            lines = text_of(content_of(beside[name], follow_links=False))[0].splitlines()
        except NotRead:
            continue
        folder = PurePosixPath(name).parent
        for line in lines:
            stem, _, text = line.strip().partition(" ")
            if stem:
                said[str(folder / stem)] = text.strip()
    stems = {name: str(PurePosixPath(name).with_suffix("")) for name in names} if said else {}
    return {name: said[stem] for name, stem in stems.items() if said.get(stem)}


def is_transcript(name: str) -> bool:
    """Whether a file of this name is one."""
    return name.lower().endswith(ENDING)
