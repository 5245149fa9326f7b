"""Which rows of a batch this process computes: all of them, unless several devices share them out.

Shapes:  R rows of the whole batch, r of them this process's own.
"""

from torch import Tensor


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
    """The one device of a run: it shares nothing."""

    rank = 0
    size = 1

    def rows(self, count: int) -> Rows:
        """Which of so many rows are this process's own."""
        return ALL


ALONE = Alone()
