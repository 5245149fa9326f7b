"""What is heard of a clip that is cut into pieces."""

import pytest
import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.puzzle import Puzzle
from training.views.plain import PLAIN

BANDS, CLIPS = 40, 200


def puzzle(name: str, **settings: object) -> Puzzle:
    config = new_config({**PLAIN, "crop_seconds": 0.8, **settings}, method=name, steps=5)
    method = built_method(config, CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, Puzzle)
    return method.train()


def frames_heard(method: Puzzle) -> list[list[list[int]]]:
    """Of each clip's pieces, in order, the frames that they hold: frame t of a clip sounds in band t alone."""
    power = torch.eye(BANDS).expand(CLIPS, -1, -1)
    at = torch.arange(CLIPS)
    batch = Batch(at, power, torch.full((CLIPS,), BANDS), at % 4, at)
    parts = method.cut(batch, Generator().manual_seed(0))  # (B, N, F, W)
    peak = parts.amax(3)
    low, high = peak.amin(2, keepdim=True), peak.amax(2, keepdim=True)
    loud = peak > low + 0.4 * (high - low)
    return [[piece.nonzero()[:, 0].tolist() for piece in clip] for clip in loud]


@pytest.mark.parametrize("name", ["jigsaw", "relative_position"])
@pytest.mark.parametrize(("gap", "length"), [(0.2, 7), (0.5, 4)])
def test_a_share_of_each_place_is_left_out_and_where_in_it_a_piece_lies_is_drawn(
    name: str, gap: float, length: int
) -> None:
    """Of 38 frames, without the first and the last one, each of four places has nine."""
    heard = frames_heard(puzzle(name, piece_gap=gap))
    assert {len(piece) for clip in heard for piece in clip} == {length}
    for place in range(4):
        starts = {clip[place][0] for clip in heard}
        first = 1 + place * 38 // 4
        assert starts == set(range(first, first + 9 - length))


@pytest.mark.parametrize("name", ["jigsaw", "relative_position"])
def test_the_encoder_hears_pieces_at_the_level_of_whole_clips(name: str) -> None:
    """Standardised by the data's statistics, as it does with what it embeds, a levelled piece is what it was."""
    method, heard = puzzle(name), []
    count = 4 if name == "jigsaw" else 2
    parts = torch.randn(3, count, BANDS, method.piece_frames)
    local = method.encoder.frames

    def noted(x: Tensor) -> Tensor:
        heard.append(x)
        return local(x)

    method.encoder.frames = noted
    method.scores(parts)
    torch.testing.assert_close(heard[0], parts.flatten(0, 1), rtol=1e-4, atol=1e-4)
