"""Small networks on top of the encoder."""

from torch import nn


def projector(width_in: int, hidden: int, width_out: int) -> nn.Sequential:
    """Linear, BatchNorm, ReLU, Linear: (B, width_in) → (B, width_out), as in SimCLR and BYOL."""
    return nn.Sequential(
        nn.Linear(width_in, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, width_out)
    )
