"""The same random numbers on every device and in every precision, so that views can be compared amount for amount."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Generator, Tensor
from torch.overrides import TorchFunctionMode

DRAWN = (torch.rand, torch.randn, torch.randint, torch.randperm)


class SameDraws(TorchFunctionMode):
    """Within it, whatever is drawn from `theirs` comes from a CPU generator in float32, and is then moved to its place."""

    def __init__(self, theirs: Generator, seed: int):
        super().__init__()
        self._theirs = theirs
        self._generator = Generator().manual_seed(seed)

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        """Called for each function of torch: draws are replaced, all else goes on."""
        kwargs = dict(kwargs or {})
        if kwargs.get("generator") is not self._theirs:
            return func(*args, **kwargs)
        if func in DRAWN:
            device = kwargs.pop("device", None)
            kwargs["generator"] = self._generator
            if func in (torch.rand, torch.randn):
                wanted = kwargs.pop("dtype", None) or torch.get_default_dtype()
                return func(*args, **kwargs, dtype=torch.float32).to(device=device, dtype=wanted)
            return func(*args, **kwargs).to(device=device)
        if func is Tensor.exponential_:
            drawn = torch.empty(args[0].shape, dtype=torch.float32).exponential_(generator=self._generator)
            return args[0].copy_(drawn)
        return func(*args, **kwargs)


class _AllDouble(TorchFunctionMode):
    """Within it `x.float()` and `x.half()` give float64: losses ask for float32 to get out of bfloat16."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        if func in (Tensor.float, Tensor.half):
            return args[0].double()
        return func(*args, **(kwargs or {}))


@contextmanager
def all_double() -> Iterator[None]:
    """Everything that is made within it is float64, and stays it."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with _AllDouble():
            yield
    finally:
        torch.set_default_dtype(before)
