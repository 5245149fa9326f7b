"""The global generators of random numbers, for a training that shares its process with others."""

import torch


class Randomness:
    """How one training left them: from what methods draw that take no generator, such as dropout."""

    def __init__(self, device: torch.device) -> None:
        """As they are now."""
        self._device = device
        self.take()

    def take(self) -> None:
        """Keep how they are now."""
        self._cpu = torch.get_rng_state()
        self._cuda = torch.cuda.get_rng_state(self._device) if self._device.type == "cuda" else None

    def put_back(self) -> None:
        """Set them as they were kept."""
        torch.set_rng_state(self._cpu)
        if self._cuda is not None:
            torch.cuda.set_rng_state(self._cuda, self._device)
