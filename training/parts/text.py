"""Text to a vector, learned from nothing: no vocabulary and no download, so that any language will do.

Shapes:  B texts, K pieces of a text, P width of the vector.
"""

from torch import Tensor, nn

from training.data.texts import BUCKETS
from training.parts.heads import projector


class TextEncoder(nn.Module):
    """The mean of the pieces' learned vectors, then two layers."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.vectors = nn.EmbeddingBag(BUCKETS, hidden, mode="mean", padding_idx=0)
        self.layers = projector(hidden, hidden, width)

    def forward(self, pieces: Tensor) -> Tensor:
        """(B, K) → (B, P)."""
        vector: Tensor = self.layers(self.vectors(pieces))
        return vector
