"""What a method remembers of earlier steps: looked up by its loss, never learned."""

import torch
from torch import Tensor, nn


class Memory(nn.Module):
    """The base of queues, banks and cluster tables: modules that hold buffers and no parameters.

    A slow copy shares the memories of its network instead of averaging them, since the mean of two memories is not a
    memory; they are kept with the state that a resume needs, and not with the weights of every kept step.
    """


class Queue(Memory):
    """First in, first out, of normalised vectors, as in MoCo (He et al. 2020, arXiv 1911.05722).

    Begins with random unit vectors. `entries` (K, P); `age` (K,) counts the pushes since each entry came in, −1 for
    those that were never replaced; `clips` (K,) says what each entry counts as, a clip or a recording by its number, −1
    where nobody said.
    """

    entries: Tensor
    age: Tensor
    clips: Tensor
    at: Tensor

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.register_buffer("entries", nn.functional.normalize(torch.randn(length, width), dim=1))
        self.register_buffer("age", torch.full((length,), -1))
        self.register_buffer("clips", torch.full((length,), -1))
        self.register_buffer("at", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def push(self, keys: Tensor, clips: Tensor | None = None) -> None:
        """Replace the oldest entries by keys (B, P) that count as `clips` (B,); of more keys than the queue is long, the last stay."""
        length = len(self.entries)
        keys = keys[-length:].to(self.entries.dtype)
        slots = (self.at + torch.arange(len(keys), device=keys.device)) % length
        self.age += (self.age >= 0).to(self.age.dtype)
        self.entries[slots] = keys
        self.age[slots] = 0
        self.clips[slots] = -1 if clips is None else clips[-length:]
        self.at.copy_((self.at + len(keys)) % length)

    def alike(self, clips: Tensor) -> Tensor:
        """(B, K): which entries count as the same as `clips` (B,)."""
        return (self.clips == clips[:, None]) & (self.clips >= 0)

    def ages(self, count: int) -> Tensor:
        """(count,) ages at evenly spaced places of the queue, from the newest entry to the oldest."""
        length = len(self.entries)
        back = torch.linspace(0, length - 1, count, device=self.age.device).round().long()
        return self.age[(self.at - 1 - back) % length]


def memory_names(network: nn.Module) -> set[str]:
    """Names of the buffers of all memories, as `state_dict` calls them."""
    return {
        f"{path}.{name}" if path else name
        for path, module in network.named_modules()
        if isinstance(module, Memory)
        for name in module.state_dict()
    }
