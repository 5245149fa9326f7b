"""The clips of the next step are read from disk while this one is computed."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

from training.batch import Batch
from training.data.store import ClipStore


class ReadAhead:
    """Gives the batches of a store. Of one on disk, a thread reads the coming batch meanwhile: no more than two are held."""

    def __init__(self, store: ClipStore, companions: Mapping[str, Tensor], sent: Callable[[Tensor], Tensor]) -> None:
        """`sent` brings a tensor to the device, see Hardware."""
        self._store = store
        self._companions = companions
        self._sent = sent
        self._thread = ThreadPoolExecutor(1, "reads ahead") if store.on_disk else None
        self._coming: tuple[Tensor, Future[Tensor]] | None = None

    def batch(self, clips: Tensor, upcoming: Tensor | None) -> Batch:
        """The clips (B,), which lie in the CPU's memory; `upcoming` are those of the next call, where they are known."""
        if self._thread is None:
            return self._store.batch(self._sent(clips), self._companions)
        was = self._coming
        read = was[1].result() if was is not None and torch.equal(was[0], clips) else self._read(clips)
        self._coming = None if upcoming is None else (upcoming, self._thread.submit(self._read, upcoming))
        return self._store.batch(self._sent(clips), self._companions, read)

    def _read(self, clips: Tensor) -> Tensor:
        read = self._store.read(clips)
        return read.pin_memory() if self._store.device.type == "cuda" else read
