"""What methods share that cluster the clips: a resume between two clusterings, and what their lens shows."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator

from tests.support.random_batch import random_batch
from training import controls
from training.building import built_method
from training.config import new_config
from training.methods import METHODS
from training.methods.method import Method
from training.run import Control, RunFolder, State
from training.trainer import train


@pytest.mark.parametrize(
    ("method", "settings", "times"),
    [
        ("deepcluster", {"recluster_epochs": 1}, 3),
        ("local_aggregation", {"alone_epochs": 1, "recluster_epochs": 1}, 2),
    ],
)
def test_a_run_stopped_between_clusterings_resumes_bitwise(
    method: str,
    settings: dict[str, int],
    times: int,
    made_run: Callable[..., RunFolder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """64 clips in batches of 16: clusters are found at steps 0 (not while clips are alone), 4 and 8, and it is stopped at 6."""
    whole, parts = (made_run(name, method=method, steps=10, **settings) for name in ("whole", "parts"))
    assert train(whole.path) == State.FINISHED
    kind, steps = METHODS[method], []
    after_step = kind.after_step

    def counted(self: Method, progress: float) -> None:
        steps.append(progress)
        if len(steps) == 6:
            parts.ask(Control.STOP)
        after_step(self, progress)

    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(kind, "after_step", counted)
    assert train(parts.path) == State.STOPPED and parts.checkpoints()[-1] == 6
    assert train(parts.path, resume=True) == State.FINISHED
    one, two = (torch.load(run.state_path(10), weights_only=True)["method"] for run in (whole, parts))
    assert [name for name in one if not torch.equal(one[name], two[name])] == []
    assert int(one["clustering.times"]) == times


@pytest.mark.parametrize("name", ["deepcluster", "online_kmeans"])
def test_the_lens_shows_probabilities_and_sizes(name: str) -> None:
    config = new_config({"crop_seconds": 0.32, "mels": 16}, method=name, steps=5)
    method = built_method(config, 48, 4, (-4.0, 3.0)).eval()
    method.clustering.labels[0, 12:] = 3
    views = method.views(random_batch(16, 16, 24), Generator().manual_seed(1))
    with torch.no_grad():
        lens = method.lens(views)
        assignments = method.head(method.project(method.encoder(views["view"]))).softmax(1)
    torch.testing.assert_close(lens["assignments"], assignments)
    assert lens["sizes"].tolist() == [1, 1, 1, 37, *[1] * 8]
