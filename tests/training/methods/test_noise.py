"""White noise through the views that a run really uses: from its frames no other frame of it can be told.

Between two frames of the clip each frame of a view would hold a part of both: then it gives its neighbours away, and a
method that foretells or fills in frames learns this and nothing else.
"""

from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data.mel_cache import clip_power
from training.spectrogram import FrontEnd, log_mel

CLIPS = 192
FORETELLING = ["apc", "cpc", "cpc_v2", "wav2vec2"]


def views_of_noise(name: str, **settings: Any) -> Tensor:
    """x (B, F, V) of clips of 1.2 s, each longer than any view, through all that a run of the method does to them."""
    config = new_config({"batch_size": CLIPS, **settings}, method=name, steps=5)
    noise = torch.randn(CLIPS, 19_200, generator=Generator().manual_seed(0)) * 0.1
    power, lengths = clip_power(list(noise.numpy()), FrontEnd(**config.front_end), torch.device("cpu"))
    values, clips = log_mel(power), torch.arange(CLIPS)
    method = built_method(config, CLIPS, 4, (float(values.mean()), float(values.std())))
    return method.views(Batch(clips, power, lengths, clips % 4, clips), Generator().manual_seed(1))["x"]


def foretold(x: Tensor) -> float:
    """R² of a step's first frame, band by band, by the last frame of the step before it, on clips kept apart.

    Noise through one filter has the same level at every moment. What is foretold by that is taken out, as the mean of the
    clip's other frames, of which the two compared are no part.
    """
    before, after = [], []
    for t in range(5, x.shape[2] - 6, 2):  # a step is of the frames t − 1 and t
        level = torch.cat([x[:, :, : t - 1], x[:, :, t + 3 :]], dim=2).mean(2)
        before.append(x[:, :, t] - level)
        after.append(x[:, :, t + 1] - level)
    a, b = torch.stack(before, 2), torch.stack(after, 2)  # (B, F, pairs)
    found, held = slice(0, CLIPS // 2), slice(CLIPS // 2, None)
    a, b = (v - v[found].mean((0, 2), keepdim=True) for v in (a, b))
    weight = (a[found] * b[found]).sum() / a[found].square().sum()
    return float(1 - (b[held] - weight * a[held]).square().sum() / b[held].square().sum())


@pytest.mark.parametrize("name", FORETELLING)
def test_no_frame_gives_its_neighbour_away(name: str) -> None:
    assert abs(foretold(views_of_noise(name))) < 0.005


@pytest.mark.parametrize("name", FORETELLING)
def test_blended_frames_would(name: str) -> None:
    """With what CPC v2 does to every single frame left out, which hides most of it."""
    own = {"frame_filter": 0.0, "frame_hidden": 0.0} if name == "cpc_v2" else {}
    assert foretold(views_of_noise(name, time_stretch=0.15, **own)) > 0.05
