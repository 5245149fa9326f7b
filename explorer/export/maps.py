"""The maps that an export needs and nobody has looked at yet."""

from collections.abc import Callable

from explorer.projector.chain import Chain, is_flat
from explorer.runs.layouts import LayoutFolders
from explorer.runs.snapshots import embeddings
from training.run import RunFolder


def make_maps(run: RunFolder, folders: LayoutFolders, steps: list[int], progress: Callable[[float], None]) -> None:
    """Has every one of `steps` a settled map that can have one. The others before them are made too: each begins with the last."""
    missing = _missing(run, folders, steps)
    if not missing:
        return
    from explorer.projector.umap_layout import umap_places  # takes seconds

    chain, first = Chain(run, folders), len(missing)
    while missing and (task := chain.next_task(True)) is not None:
        chain.do(task, umap_places)
        missing = _missing(run, folders, missing)
        progress(1 - len(missing) / first)


def _missing(run: RunFolder, folders: LayoutFolders, steps: list[int]) -> list[int]:
    bare = [step for step in steps if folders.find(run, step, ("umap",)) is None]
    found = {step: embeddings(run, step) for step in bare}
    return [step for step, vectors in found.items() if vectors is not None and not is_flat(vectors)]
