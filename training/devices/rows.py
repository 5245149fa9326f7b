"""Which rows of a batch this process computes: all of them, unless several devices share them out.

Shapes:  R rows of the whole batch, r of them this process's own.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn


class Rows:
    """All rows: what a process computes that is alone."""

    def own(self, x: Tensor) -> Tensor:
        """This process's rows of x: (R, …) → (r, …)."""
        return x

    def whole(self, x: Tensor) -> Tensor:
        """The rows of all processes, of which each has its own: (r, …) → (R, …)."""
        return x


ALL = Rows()


class Alone:
    """The one device of a run: it shares nothing, and agrees with itself."""

    rank = 0
    size = 1

    def rows(self, count: int) -> Rows:
        """Which of so many rows are this process's own."""
        return ALL

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its mean over the processes."""

    def agree(self, network: nn.Module) -> None:
        """Take over the first process's weights and memories, from which others' differ where devices round differently."""

    def as_first(self, x: Tensor | None) -> Tensor | None:
        """The first process's x, which is None on all of them or on none."""
        return x

    def broadcast(self, value: Any) -> Any:
        """The first process's value."""
        return value

    def tell_step(self, seconds: float) -> None:
        """Have the others take a step, of a run that was trained for so long."""

    def tell_end(self) -> None:
        """Have the others end."""


ALONE = Alone()
