"""A broken run and its healthy twin, on the tiny set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.training.conftest import TINY
from training.config import new_config
from training.run import RunFolder
from training.run.twins import Prediction, Role
from training.twins import create_twins

PREDICTION = Prediction("higher", "same", "lower", "lower", collapses=True)
SIMCLR = "mistake:high_temperature"


@pytest.fixture
def made_twins(made_run: Callable[..., RunFolder], tmp_path: Path) -> Callable[..., dict[Role, RunFolder]]:
    """made_twins(method=…, wrong=…, steps=…): both wait on the tiny set."""

    def make(method: str = "simclr", wrong: str = SIMCLR, steps: int | None = 6, **more: Any) -> dict[Role, RunFolder]:
        config = new_config({**TINY, **more}, method=method, data="starter", steps=steps, device="cpu")
        return create_twins(config, wrong, {role: tmp_path / role.value for role in Role}, PREDICTION)

    return make
