"""SimCLR v2: SimCLR's loss, a deeper head, and where fine-tuning begins."""

import torch
from torch import nn

from training.building import built_method
from training.config import new_config
from training.methods.simclr import SimCLR
from training.methods.simclr_v2 import SimCLRv2


def method_of(**settings: object) -> SimCLRv2:
    config = new_config({"mels": 16, **settings}, method="simclr_v2", steps=5)
    method = built_method(config, 16, 4)
    assert isinstance(method, SimCLRv2)
    return method


def test_the_loss_is_simclrs_own() -> None:
    assert SimCLRv2.loss is SimCLR.loss and SimCLRv2.views is SimCLR.views


def test_the_head_has_three_layers() -> None:
    head = method_of(hidden_width=48, projection_width=24).project
    shapes = [tuple(layer.weight.shape) for layer in head if isinstance(layer, nn.Linear)]
    assert shapes == [(48, 256), (48, 48), (24, 48)]


def test_fine_tuning_begins_behind_the_first_layer_of_the_head() -> None:
    method = method_of(hidden_width=48).eval()
    linear, norm = method.project[0], method.project[1]
    h = torch.randn(5, 256)
    expected = norm(h @ linear.weight.T).clamp(min=0)
    torch.testing.assert_close(method.fine_tuned_from(h), expected)
    rest = nn.Sequential(*list(method.project.children())[3:])
    torch.testing.assert_close(rest(method.fine_tuned_from(h)), method.projection(h))


def test_other_methods_are_fine_tuned_from_the_encoder() -> None:
    method = built_method(new_config({"mels": 16}, method="simclr", steps=5), 16, 4)
    h = torch.randn(2, 256)
    assert method.fine_tuned_from(h) is h
