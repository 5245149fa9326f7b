"""How a run draws its views: its own settings of them, as its method takes them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.runs.snapshots import file_stamp
from training.errors import UserError
from training.run import RunFolder

if TYPE_CHECKING:
    from training.parts.augment import Augment

CONFIG = "config.json"


@dataclass(frozen=True)
class RunViews:
    """What makes a run's views."""

    augment: "Augment"
    pairs: bool
    """Whether its method compares two such views; another one goes on to mask, cut or order what it draws."""
    one: bool
    """Whether its method draws one view of a clip alone."""


def run_views(run: RunFolder) -> RunViews:
    """Those of a run, whose parts that were taken out are taken out here too. Raises UserError."""
    stamp = file_stamp(run.path / CONFIG)
    if stamp is None:
        raise UserError("This run does not say how it makes its views.")
    return _run_views(run.path, stamp)


@lru_cache(maxsize=16)
def _run_views(path: Path, stamp: tuple[int, int, int]) -> RunViews:
    from training.building import built_method
    from training.config import RunConfig
    from training.methods.two_views import TwoViews

    RunFolder(path).check_trained_here()
    config = RunConfig.from_json(RunFolder(path).config())
    method = built_method(config, 1, 1)  # its weights are let go of
    return RunViews(method.augment, isinstance(method, TwoViews), method.one_view)
