"""What is written beside each clip: its caption, or its label in words; and texts as the numbers of their pieces."""

import zlib

from training.data.dataset import Dataset

PIECES = 96
"""K: pieces of a text that are read; the others are left out."""
BUCKETS = 4096
"""Pieces are told apart by a hash of so many values; 0 stands for no piece."""


def texts_of(dataset: Dataset) -> list[str]:
    """Each clip's caption, or the label of its main facet where it has none, or nothing."""
    captions = dataset.companions.get("caption", (None,) * len(dataset))
    facet = dataset.facets[dataset.main_facet]
    labels = [None if dataset.main_facet == dataset.group else facet.label(clip) for clip in range(len(dataset))]
    return [caption or (label or "").replace("_", " ") for caption, label in zip(captions, labels, strict=True)]


def words_in(text: str) -> list[str]:
    """The words of a text, in order, as they are told apart: capitals and what is no letter or digit don't count."""
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def pieces_of(text: str) -> list[int]:
    """(K,) numbers of the words of a text and of the three-letter parts of every word, 0 past their end.

    As in fastText (Bojanowski et al. 2017, arXiv 1607.04606), words that are written alike share parts.
    """
    words = words_in(text)
    found = words + [f"<{word}>"[i : i + 3] for word in words for i in range(len(word))]
    numbers = [1 + zlib.crc32(piece.encode()) % (BUCKETS - 1) for piece in found[:PIECES]]
    return numbers + [0] * (PIECES - len(numbers))
