"""What a run has learned to read, as arrays that numpy alone opens: words become vectors that lie beside those of sounds.

Both sides are two layers with a BatchNorm between, which is folded into the first. Of words that is folded into the table of
pieces, too, since a text is the mean of its pieces.
Shapes:  V pieces that are told apart, H hidden width, D encoder width, P projection width.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training import durable
from training.config import RunConfig
from training.data import open_dataset, whole_reference
from training.data.dataset import Progress
from training.data.texts import BUCKETS, pieces_of, texts_of
from training.embedder import Embedder
from training.errors import UserError
from training.parts.text import TextEncoder
from training.run import RunFolder

Arrays = dict[str, Any]
"""Each a np.ndarray, by its name."""


def check_reads(run: RunFolder, out: Path) -> None:
    """Raises UserError where the run's method reads no words, or `out` isn't called .npz or can't be written."""
    from training.methods import METHODS

    method = str(run.config().get("method"))
    if method not in METHODS or not METHODS[method].reads():
        raise UserError(f"The method of this run, {method}, reads no words, so there are none to write.")
    if out.suffix != ".npz":
        raise UserError(f"The file {out} can't be written: a name that ends in .npz was expected.")
    durable.check_writable(out)


def write_words(run: RunFolder, out: Path, step: int | None, progress: Progress) -> None:
    """Write what is read at a kept step, the newest where `step` is None:

    table (V, H)     of each piece its row; `read` (V,) says which lie beside sounds of the run's own data
    words_*, sounds_*    for each side: shift (H,), layer (H, P), offset (P,); sounds_first (D, H)

    Raises UserError as check_reads, and where the run's own sounds or its snapshot of that step are missing.
    """
    check_reads(run, out)
    embedder = Embedder(run, step)
    arrays = embedder_arrays(embedder, _heard(run, embedder.step)) | {"read": _read(run, progress)}
    content = io.BytesIO()
    np.savez(content, **arrays)
    try:
        durable.write_bytes(out, content.getvalue())
    except OSError as error:
        raise UserError(f"The file {out} can't be written: {error.strerror}.") from None


@torch.no_grad()
def embedder_arrays(embedder: Embedder, heard: np.ndarray) -> Arrays:
    """The arrays of both sides. The sounds' BatchNorm takes the statistics of the embeddings `heard` (n, D), as the page does."""
    method: Any = embedder.method
    read: TextEncoder = method.read
    norm: Any = read.layers[1]
    pieces, words = _folded(read.layers, norm.running_mean, norm.running_var)
    inner = torch.from_numpy(heard.astype(np.float32)) @ method.project[0].weight.T
    first, sounds = _folded(method.project, inner.mean(dim=0), inner.var(dim=0, correction=0))
    found = {"table": read.vectors.weight @ pieces, "sounds_first": first}
    sides = {"words": words, "sounds": sounds}
    found |= {f"{side}_{name}": value for side, values in sides.items() for name, value in values.items()}
    return {name: np.ascontiguousarray(value.float().numpy()) for name, value in found.items()}


def _folded(layers: nn.Sequential, mean: Tensor, variance: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The first layer of a projector with its BatchNorm, (·, H), and what follows: of hidden = x @ first + shift the vector is
    max(hidden, 0) @ layer + offset.
    """
    first, norm, _, last = layers
    assert isinstance(first, nn.Linear) and isinstance(norm, nn.BatchNorm1d) and isinstance(last, nn.Linear)
    gain = norm.weight / torch.sqrt(variance + norm.eps)
    return first.weight.T * gain, {"shift": norm.bias - mean * gain, "layer": last.weight.T, "offset": last.bias}


def _heard(run: RunFolder, step: int) -> np.ndarray:
    """(n, D): the run's own clips, as its snapshot has them."""
    found = (run.snapshot(step) or {}).get("embeddings")
    if found is None:
        raise UserError(f"The run has no snapshot of step {step:,}, whose clips say where sounds lie beside words.")
    return found


def _read(run: RunFolder, progress: Progress) -> np.ndarray:
    """(V,) bool."""
    config = RunConfig.from_json(run.config())
    dataset = open_dataset(
        whole_reference(config.data),
        window_seconds=config.window_seconds,
        progress=progress,
        fingerprint=config.data_fingerprint,
    )
    found = np.zeros(BUCKETS, bool)
    for text in set(texts_of(dataset)):
        found[pieces_of(text)] = True
    found[0] = False  # stands for no piece
    return found
