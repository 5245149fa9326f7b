"""A CUDA device that isn't there and computes all the same: its tensors lie in the CPU's memory and say that they don't.

What a GPU would refuse raises Elsewhere: tensors of two devices in one operation, numbers fetched without `.cpu()`, draws from
the other device's generator. Unlike `pretended_gpu` it has numbers and a backward pass, so that a whole run can be trained on
it; what a function of torch does within itself is not looked at, nor whether the host waits.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import torch
import torch._dynamo  # which the first optimiser imports, and which would look at what is replaced here
from torch import Generator, Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

GPU = torch.device("cuda", 0)
NAME = "a GPU that is imitated"
FETCHED = ("numpy", "__array__")
ACROSS = ("copy_", "_has_compatible_shallow_copy_type")
"""What may take from one device and give to another."""
INDEXED = ("__getitem__", "__setitem__", "index_select")
"""To which a GPU has indices and values of the CPU sent."""


class Elsewhere(RuntimeError):
    """Something that is done with a tensor of the GPU, and can't be done there."""


class OnGPU(Generator):
    """A generator that says that it is the GPU's."""

    device = GPU


class Imitation(TorchFunctionMode):
    """Follows each call of torch, and notes of each tensor where it would lie."""

    def __init__(self) -> None:
        super().__init__()
        self._backward = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs, name = dict(kwargs or {}), func.__name__
        if name in ("__get__", "__set__"):
            return self._attribute(func, func.__self__.__name__, args)
        if name in ("to", "cpu", "cuda"):
            return _moved(name, *args, **kwargs)
        if name == "backward":
            return self._backwards(func, args, kwargs)
        return self._called(func, name, args, kwargs)

    def _called(self, func: Any, name: str, args: Any, kwargs: dict[str, Any]) -> Any:
        known = args[:1] if name == "__deepcopy__" else (args, kwargs)  # and not what was copied before
        tensors = [x for x in tree_leaves(known) if isinstance(x, Tensor)]
        wanted = kwargs.pop("device", None)
        there = _is_gpu(wanted) if wanted is not None else any(map(on_gpu, tensors))
        if wanted is not None and not there:
            kwargs["device"] = wanted
        if not self._backward:
            _check(name, tensors, kwargs.get("generator"), there)
        found = func(*args, **kwargs)
        for x in tree_leaves(found) if there or self._backward else ():
            if isinstance(x, Tensor):
                _put(x, there)
        return found

    def _attribute(self, func: Any, name: str, args: Any) -> Any:
        """`device`, `grad`, `data` and the like, read or written."""
        x, found = args[0], func(*args)
        if name == "data" and len(args) == 2 and isinstance(args[1], Tensor):
            _put(x, on_gpu(args[1]))
        if not on_gpu(x):
            return found
        if isinstance(found, Tensor):
            return _put(found, True)
        return {"device": GPU, "is_cuda": True, "is_cpu": False}.get(name, found)

    def _backwards(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Gradients come out of torch without a note; they lie where their tensors do."""
        self._backward = True
        try:
            return func(*args, **kwargs)
        finally:
            self._backward = False


def on_gpu(x: Any) -> bool:
    """Whether x is a tensor of the GPU."""
    return isinstance(x, Tensor) and vars(x).get("_on_gpu", False)


def _put(x: Tensor, there: bool) -> Tensor:
    vars(x)["_on_gpu"] = there
    return x


def _is_gpu(device: Any) -> bool:
    return torch.device(device).type == "cuda"


def _check(name: str, tensors: list[Tensor], generator: Generator | None, there: bool) -> None:
    """Raises Elsewhere where a GPU couldn't do it. A single number of the CPU goes along as an argument."""
    if generator is not None and isinstance(generator, OnGPU) != there:
        raise Elsewhere(f"{name} draws from the generator of another device")
    if not tensors:
        return
    if name in FETCHED and on_gpu(tensors[0]):
        raise Elsewhere(f"{name} of a tensor of the GPU")
    sent = name in ACROSS or (name in INDEXED and on_gpu(tensors[0]))
    if not sent and len({on_gpu(x) for x in tensors if x.dim() or on_gpu(x)}) > 1:
        raise Elsewhere(f"{name} of tensors of two devices: {[tuple(x.shape) for x in tensors]}")


def _moved(name: str, x: Tensor, *given: Any, **options: Any) -> Tensor:
    """`x.to` with its many arguments, `x.cpu()` and `x.cuda()`: a copy where the device is another one."""
    device = {"cpu": "cpu", "cuda": GPU}.get(name) or options.pop("device", None)
    options.pop("non_blocking", None)
    rest = list(given) if name == "to" else []
    if rest and isinstance(rest[0], Tensor):
        device, options["dtype"] = (GPU if on_gpu(rest[0]) else "cpu"), rest[0].dtype
    elif rest:
        if not isinstance(rest[0], torch.dtype):
            device = rest.pop(0)
        options |= {"dtype": rest[0]} if rest and rest[0] is not None else {}
    there = on_gpu(x) if device is None else _is_gpu(device)
    found = x.to(**options) if any(value is not None for value in options.values()) else x
    if there != on_gpu(x) and found is x:
        found = x.clone()
    return found if found is x else _put(found, there)


class Event:
    """Of a device that has always done its work."""

    def __init__(self, **_: Any) -> None:
        pass

    def record(self) -> None:
        """Nothing is to be done."""

    def synchronize(self) -> None:
        """Nothing is to be waited for."""


@contextmanager
def imitated_gpu() -> Iterator[None]:
    """The device, for the length of the context: `hardware()` finds it, and all tensors are watched."""
    subclass = Tensor._make_subclass

    def parameter(kind: Any, data: Tensor, *rest: Any) -> Tensor:
        return _put(subclass(kind, data, *rest), on_gpu(data))

    def pinned(x: Tensor) -> Tensor:  # by whatever thread
        if on_gpu(x):
            raise Elsewhere("only what lies in the CPU's memory can be pinned")
        return x.clone()

    def generator(device: Any = "cpu") -> Generator:
        return OnGPU() if _is_gpu(device) else Generator()

    with ExitStack() as stack:
        for target, name, value in (
            (torch.cuda, "is_available", lambda: True),
            (torch.cuda, "is_bf16_supported", lambda *_, **__: True),
            (torch.cuda, "device_count", lambda: 1),
            (torch.cuda, "get_device_name", lambda *_: NAME),
            (torch.cuda, "mem_get_info", lambda *_: (2**33, 2**33)),
            (torch.cuda, "get_rng_state", lambda *_: torch.zeros(16, dtype=torch.uint8)),
            (torch.cuda, "set_rng_state", lambda *_: None),
            (torch.cuda, "Event", Event),
            (torch.cuda.amp.common, "amp_definitely_not_available", lambda: False),
            (torch.optim.Optimizer, "_accelerator_graph_capture_health_check", lambda _: None),
            (nn.RNNBase, "flatten_parameters", lambda _: None),  # which cuDNN does
            (Tensor, "_make_subclass", parameter),
            (Tensor, "pin_memory", pinned),
        ):
            stack.enter_context(mock.patch.object(target, name, value))
        for module in [module for name, module in sys.modules.items() if name.startswith(("training.", "benchmarks."))]:
            if vars(module).get("Generator") is Generator:
                stack.enter_context(mock.patch.object(module, "Generator", generator))
        stack.enter_context(Imitation())
        yield
