"""Text to a vector, learned from nothing: no vocabulary and no download, so that any language will do.

Shapes:  B texts, K pieces of a text, P width of the vector.
"""

import zlib

from torch import Tensor, nn

from training.data.texts import words_in

PIECES = 96
"""K: pieces of a text that are read; the others are left out."""
BUCKETS = 4096
"""Pieces are told apart by a hash of so many values; 0 stands for no piece."""


def pieces_of(text: str) -> list[int]:
    """(K,) numbers of the words of a text and of the three-letter parts of every word, 0 past their end.

    As in fastText (Bojanowski et al. 2017, arXiv 1607.04606), words that are written alike share parts.
    """
    words = words_in(text)
    found = words + [f"<{word}>"[i : i + 3] for word in words for i in range(len(word))]
    numbers = [1 + zlib.crc32(piece.encode()) % (BUCKETS - 1) for piece in found[:PIECES]]
    return numbers + [0] * (PIECES - len(numbers))


class TextEncoder(nn.Module):
    """The mean of the pieces' learned vectors, then two layers."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.vectors = nn.EmbeddingBag(BUCKETS, hidden, mode="mean", padding_idx=0)
        self.layers = nn.Sequential(
            nn.Linear(hidden, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, width)
        )

    def forward(self, pieces: Tensor) -> Tensor:
        """(B, K) → (B, P)."""
        vector: Tensor = self.layers(self.vectors(pieces))
        return vector
