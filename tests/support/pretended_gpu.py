"""A CUDA device that isn't there: tensors that have a device, a type and a shape but no numbers, and a watch over what is
done with them.

On it a tensor that was made on the CPU by mistake, a type that doesn't fit, and everything for which the host would have
to wait raise an error, as far as shapes and devices tell. Nothing is computed, and `backward` isn't possible.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar
from unittest import mock

import torch
from torch import Generator, Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from training.parts.quantiser import GumbelQuantiser
from training.views import mel_changes

PRODUCTS = ("mm", "bmm", "addmm", "baddbmm")
LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.GRU, GumbelQuantiser)
"""What may round: a layer's weights are learned with it, and a choice among codes is one number times 1."""
DRAWS = (
    "rand", "randn", "randint", "randperm", "uniform_", "normal_", "random_", "bernoulli", "multinomial", "native_dropout",
)  # fmt: skip
COPIES = ("_to_copy", "copy_")

M = TypeVar("M", bound=nn.Module)


class Waits(AssertionError):
    """The host waits for the device, or sends it something that isn't pinned."""


class Rounds(AssertionError):
    """A product outside of the network's layers whose factors autocast rounded to eight bits."""


class OtherDraws(AssertionError):
    """Random numbers that don't come from the step's own generator."""


class Watch(TorchDispatchMode):
    """Raises what the classes above say."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator
        self._layers = 0  # around what is being done
        self._hooks = ExitStack()

    def __enter__(self) -> "Watch":
        for hook in (
            register_module_forward_pre_hook(lambda module, _: self._within(module, 1)),
            register_module_forward_hook(lambda module, *_: self._within(module, -1)),
        ):
            self._hooks.callback(hook.remove)
        super().__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        self._hooks.close()

    def _within(self, module: nn.Module, more: int) -> None:
        self._layers += more * isinstance(module, LAYERS)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name.removeprefix("aten::")
        found = func(*args, **(kwargs or {}))
        tensors = [x for x in tree_leaves((args, kwargs, found)) if isinstance(x, Tensor)]
        devices = {x.device.type for x in tensors if name in COPIES or not is_number(x)}
        if len(devices) > 1:
            raise Waits(f"{name} takes from {' and '.join(sorted(devices))}")
        if name in PRODUCTS and not self._layers and found.dtype == torch.bfloat16:
            shapes = " and ".join(str(tuple(x.shape)) for x in args)
            raise Rounds(
                f"{name} of {shapes} in bfloat16; compute it within torch.autocast(…, enabled=False), or list its layer in LAYERS"
            )
        if name in DRAWS and not self._is_own((kwargs or {}).get("generator")):
            raise OtherDraws(f"{name} draws from a generator that isn't the step's")
        return found

    def _is_own(self, generator: Generator | None) -> bool:  # it arrives as another object each time
        return generator is not None and generator.initial_seed() == self.generator.initial_seed()


def is_number(x: Tensor) -> bool:
    """Whether x is a single number on the CPU: a kernel takes it along as an argument."""
    return x.dim() == 0 and x.device.type == "cpu"


class PretendedGPU:
    """What tests do on it."""

    def __init__(self, mode: FakeTensorMode) -> None:
        self.mode = mode
        self._sent: dict[int, tuple[Tensor, Tensor]] = {}
        self.generator = Generator().manual_seed(2**40)
        """Stands for the device's."""

    def tensor(self, x: Tensor) -> Tensor:
        """x on the device, without its numbers."""
        if id(x) not in self._sent:
            with torch.no_grad():
                self._sent[id(x)] = x, self.mode.from_tensor(x).detach().to("cuda")
        return self._sent[id(x)][1]

    def module(self, network: M) -> M:
        """The network itself, with all its tensors sent."""
        for module in network.modules():
            for name, parameter in list(module._parameters.items()):
                if parameter is not None:
                    sent = nn.Parameter(self.tensor(parameter), requires_grad=parameter.requires_grad)
                    setattr(module, name, sent)
            for name, buffer in list(module._buffers.items()):
                if buffer is not None:
                    module._buffers[name] = self.tensor(buffer)
        return network

    def step(self) -> Watch:
        """The context of what may neither wait nor draw from elsewhere."""
        return Watch(self.generator)


@contextmanager
def pretended_gpu() -> Iterator[PretendedGPU]:
    """The device, for the length of the context; autocast believes in it too."""

    def drawn(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
        return self.uniform_(generator=generator)  # what pretends has no exponential distribution

    mel_changes._noise_pool.cache_clear()
    with ExitStack() as stack:
        for target, name, value in (
            (torch.cuda.amp.common, "amp_definitely_not_available", lambda: False),
            (torch.cuda, "is_bf16_supported", lambda *_, **__: True),
            (Tensor, "exponential_", drawn),
            (nn.GRU, "forward", recurrent),
        ):
            stack.enter_context(mock.patch.object(target, name, value))
        stack.callback(mel_changes._noise_pool.cache_clear)
        gpu = PretendedGPU(stack.enter_context(FakeTensorMode()))
        # Which the first step sends, and no other one.
        mel_changes._noise_pool(torch.device("cuda", 0), mel_changes.NOISE_POOL)
        yield gpu


def recurrent(self: nn.GRU, x: Tensor) -> tuple[Tensor, Tensor]:
    """Of the GRU's shape, type and weights: cuDNN, which would do it, asks the driver for the device."""
    gates = nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)[..., : self.hidden_size]  # type: ignore[arg-type]
    states = nn.functional.linear(gates, self.weight_hh_l0[: self.hidden_size], self.bias_hh_l0[: self.hidden_size])
    return states, states[:, -1:].transpose(0, 1)
