"""What is measured and kept of a model at one step. It draws from generators of its own, so training isn't disturbed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from training.columns import ProbeEmbedded, snapshot_values
from training.data.dataset import Dataset
from training.data.store import ClipStore
from training.embedder import embed_clips, projected, projected_pair
from training.errors import UserError
from training.evenly import evenly_spaced
from training.measures import measured
from training.measures.measure import Embedded
from training.measures.similarity import cosine_shares
from training.methods.method import Method
from training.probe import cross_group_votes, groups_of, measured_labels
from training.run import rows_kept

PAIRS = 256
"""Clips of which two views are compared."""
KEPT = 200
"""Snapshots of a run, at most."""


@dataclass(frozen=True)
class Snapshot:
    """Arrays for the run's folder, and the measures by name."""

    arrays: dict[str, np.ndarray]
    measures: dict[str, float]


@torch.no_grad()
def snapshot(
    method: Method,
    store: ClipStore,
    dataset: Dataset,
    clips: np.ndarray,
    companions: dict[str, Tensor],
    clip_losses: Tensor,
    before: Mapping[str, np.ndarray] | None,
) -> Snapshot:
    """Embed the probe `clips` in eval mode and measure; the method comes back in training mode.

    `clip_losses` (n,) are of all clips of the data, in training, (0,) where it is a stream; `before` are the arrays of the last
    snapshot. Raises UserError where the model gives no finite numbers any more.
    """
    device = store.device
    h = embed_clips(method, store, torch.from_numpy(clips).to(device))
    method.eval()
    generator = Generator(device).manual_seed(0)
    batch = store.batch(_spread(clips, device), companions)
    # Of two views whatever this method looks at, so that all methods share the measures.
    first, second = projected_pair(method, batch.audio, batch.lengths, generator)
    lens = method.lens(method.views(batch, generator))
    z = projected(method, h)
    method.train()
    # A few thousand rows: on a GPU each measure would be waited for, and the eigenvalues' library takes a second to load.
    h, z, first, second = (x.cpu() for x in (h, z, first, second))
    if not all(x.isfinite().all() for x in (h, z, first, second)):  # of which no eigenvalues are found
        raise UserError("The embeddings are no longer numbers; a lower learning rate usually helps.")
    votes = cross_group_votes(h, dataset, clips)
    labels, groups = measured_labels(dataset, clips), groups_of(dataset, clips)
    embedded = Embedded(h, z, (first, second), labels, groups, dataset.main_facet, votes, _last(before, h))
    losses = clip_losses.cpu()[torch.from_numpy(clips)] if method.judges_clips and len(clip_losses) else None
    columns = snapshot_values(ProbeEmbedded(dataset, clips, h, votes, losses))
    arrays = {
        "embeddings": rows_kept(h.numpy()),
        "projections": rows_kept(z.numpy()),
        "singular_values": embedded.sigma_h.float().numpy(),
        "projection_singular_values": embedded.sigma_z.float().numpy(),
        "cosine_shares": cosine_shares(first, second).numpy(),
        "lens_clips": batch.clips.cpu().numpy(),
        **{f"lens/{name}": picture.float().cpu().numpy() for name, picture in lens.items()},
        **{f"columns/{name}": values for name, values in columns.items()},
    }
    return Snapshot(arrays, measured(embedded))


def _last(before: Mapping[str, np.ndarray] | None, h: Tensor) -> tuple[Tensor, Tensor] | None:
    """h (n, D) and σ of the last snapshot, where it kept them of the same clips."""
    if before is None or "singular_values" not in before or before["embeddings"].shape != h.shape:
        return None
    return torch.from_numpy(before["embeddings"]), torch.from_numpy(before["singular_values"])


def _spread(clips: np.ndarray, device: torch.device) -> Tensor:
    """PAIRS of the probe clips, evenly spaced."""
    return torch.from_numpy(clips[evenly_spaced(len(clips), PAIRS)]).to(device)


def is_due(step: int, last: int, seconds_since: float) -> bool:
    """Whether a snapshot is due: steps grow apart by a fifth, at least 40 and 3 seconds, and never more than a minute.

    A fast machine would otherwise spend much of its first half minute on snapshots and on their maps.
    """
    far = step >= max(last + 40, int(last * 1.2))
    return (far and seconds_since >= 3) or (step > last and seconds_since >= 60)


def steps_to_drop(steps: list[int], keep: int = KEPT) -> list[int]:
    """Which kept steps to drop so that at most `keep` remain, log-spaced: those with the closest neighbours.

    The first and the last two always stay.
    """
    kept, dropped = list(steps), []
    while len(kept) > keep:
        gaps = [np.log((kept[i + 1] + 1) / (kept[i - 1] + 1)) for i in range(1, len(kept) - 2)]
        dropped.append(kept.pop(1 + int(np.argmin(gaps))))
    return dropped
