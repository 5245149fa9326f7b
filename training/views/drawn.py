"""What a view drew at random, for whoever wants to say it in words.

A view calls `tell(setting, *amounts)` for each of its augmentations that is on, with tensors (B, …) that it has anyway: nothing
is drawn or computed for it, and while training nobody listens. docs/architecture.md: explorer/sounds/view_words.py writes the
words.
"""

from collections.abc import Callable

from torch import Tensor

Tell = Callable[..., object]
"""`tell(setting, *amounts)`."""


def nobody(setting: str, *amounts: Tensor) -> None:
    """Nobody listens."""
