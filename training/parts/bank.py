"""One remembered vector for each clip of the data, as in instance discrimination (Wu et al. 2018, arXiv 1805.01978)."""

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.parts.contrast import of_one_recording
from training.parts.memory import Memory


class Bank(Memory):
    """A unit vector for each clip, moved towards what is heard of it whenever it is heard.

    Begins with random unit vectors. `entries` (n, P), in the order of `Batch.clips`; `recordings` (n,) says which recording
    each clip is of, which the data says and no state holds. Without it every clip is a recording of its own.
    """

    entries: Tensor
    recordings: Tensor

    def __init__(self, clips: int, width: int, momentum: float, recordings: Tensor | None = None) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("entries", functional.normalize(torch.randn(clips, width), dim=1))
        known = torch.arange(clips) if recordings is None else recordings
        self.register_buffer("recordings", known, persistent=False)

    def of_recordings_of(self, clips: Tensor, others: Tensor) -> Tensor:
        """(B, M): which of the clips `others`, (M,) or (B, M), are of the same recording as the clips (B,)."""
        return of_one_recording(self.recordings, clips, others)

    @torch.no_grad()
    def renew(self, clips: Tensor, z: Tensor) -> None:
        """Entry ← momentum · entry + (1 − momentum) · z, both of length 1, and back to length 1.

        clips (B,) int64, z (B, P) of any length. Of a clip that is in the batch twice the last z counts.
        """
        z = functional.normalize(z.float(), dim=1)[last_places(clips, len(self.entries))[clips]]
        self.entries[clips] = functional.normalize(torch.lerp(z, self.entries[clips], self.momentum), dim=1)


def last_places(clips: Tensor, count: int) -> Tensor:
    """Where in the batch each of `count` clips comes last, −1 for those that aren't in it: clips (B,) → (count,).

    Writing to one entry twice has no order that could be relied upon; with this both writes are of the same value.
    """
    places = torch.arange(len(clips), device=clips.device)
    nowhere = torch.full((count,), -1, device=clips.device)
    return nowhere.scatter_reduce(0, clips, places, "amax")
