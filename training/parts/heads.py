"""Small networks on top of the encoder."""

from torch import nn


def projector(width_in: int, hidden: int, width_out: int) -> nn.Sequential:
    """Linear, BatchNorm, ReLU, Linear: (B, width_in) → (B, width_out), as in SimCLR and BYOL. Predictors and decoders are such too."""
    return nn.Sequential(
        nn.Linear(width_in, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, width_out)
    )


def deep_projector(width_in: int, hidden: int, width_out: int) -> nn.Sequential:
    """Three linear layers, BatchNorm and ReLU after the first two, as in SimSiam, Barlow Twins and VICReg."""
    return nn.Sequential(
        nn.Linear(width_in, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(),
        nn.Linear(hidden, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(),
        nn.Linear(hidden, width_out, bias=False),
    )  # fmt: skip
