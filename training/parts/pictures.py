"""Pictures beside sounds: read once, small and square, and turned into vectors by a small network.

Shapes:  n clips, B clips of a batch, E edge of a picture in pixels, P width of the vector.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

EDGE = 48
"""E."""
MOST_PIXELS = 50_000_000
"""Larger pictures are not opened: a small file may unpack to more than the memory holds."""


def picture_table(paths: Sequence[str | None]) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, E, E) uint8, and the number (n,) of each one's file, −1 where there is none that can be read.

    Clips of the same recording have the same picture, which is read once.
    """
    table = torch.zeros(len(paths), 3, EDGE, EDGE, dtype=torch.uint8)
    numbers = torch.full((len(paths),), -1)
    read: dict[str, tuple[int, Tensor | None]] = {}
    for clip, path in enumerate(paths):
        if path is None:
            continue
        if path not in read:
            read[path] = len(read), _read(path)
        number, found = read[path]
        if found is not None:
            table[clip], numbers[clip] = found, number
    return table, numbers


def _read(path: str) -> Tensor | None:
    """The middle square of a picture (3, E, E), or None where it can't be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("RGB", (2 * EDGE, 2 * EDGE))  # JPEG is unpacked no larger than needed
            square = ImageOps.fit(opened.convert("RGB"), (EDGE, EDGE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return torch.frombuffer(bytearray(square.tobytes()), dtype=torch.uint8).view(EDGE, EDGE, 3).permute(2, 0, 1)


def picture_views(pictures: Tensor, zoom: Tensor, across: Tensor, down: Tensor, flipped: Tensor) -> Tensor:
    """A square of each picture, (B, 3, E, E) uint8 → float from −1 to 1: `zoom` (B,) is its part of the edge.

    `across` and `down` (B,) from −1 to 1 say where in its room it lies; `flipped` (B,) mirrors it.
    """
    zero = torch.zeros_like(zoom)
    side = torch.where(flipped, -zoom, zoom)
    rows = [torch.stack([side, zero, across * (1 - zoom)], 1), torch.stack([zero, zoom, down * (1 - zoom)], 1)]
    grid = functional.affine_grid(torch.stack(rows, 1), list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures.float() / 127.5 - 1, grid, padding_mode="border", align_corners=False)


class PictureEncoder(nn.Module):
    """Four strided convolutions, the mean over the picture, and a dense layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for c_in, c_out in ((3, 32), (32, 64), (64, 128), (128, 128)):
            layers += [nn.Conv2d(c_in, c_out, 3, 2, 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, width), nn.ReLU())
        self.width = width

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, E, E) → (B, P)."""
        seen: Tensor = self.layers(pictures)
        return seen
