"""The picture of what a method's own loss sees, as the trainer left it in a snapshot."""

from typing import Any

import numpy as np

from training.run import RunFolder

VALUES_AT_MOST = 300_000
"""An array that is larger is left out: the page could not draw it, and sending it would hold up everything else."""


def lens(run: RunFolder, step: int) -> dict[str, Any] | None:
    """Name → nested lists of the snapshot's lens arrays, to 5 significant digits, None for what isn't finite.

    None where there is no such snapshot; empty where the method has no lens.
    """
    arrays = run.snapshot(step)
    if arrays is None:
        return None
    found = {name.removeprefix("lens/"): array for name, array in arrays.items() if name.startswith("lens/")}
    return {name: _plain(array) for name, array in found.items() if array.size <= VALUES_AT_MOST}


def _plain(array: np.ndarray) -> Any:
    if array.dtype.kind != "f":
        return array.tolist() if array.dtype.kind in "iubU" else None
    values = array.astype(np.float64)
    finite = np.isfinite(values)
    magnitude = np.abs(values, where=finite, out=np.ones_like(values)).clip(1e-30)
    scale = 10.0 ** (4 - np.floor(np.log10(magnitude)))
    rounded = np.rint(np.where(finite, values, 0) * scale) / scale
    plain = rounded.astype(object)
    plain[~finite] = None
    return plain.tolist()
