"""Pictures read from files, and squares of them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training.parts import pictures
from training.parts.pictures import EDGE, PictureEncoder, picture_table, picture_views


def saved(path: Path, colour: tuple[int, ...], size: tuple[int, int] = (60, 30), mode: str = "RGB") -> str:
    Image.new(mode, size, colour if len(colour) > 1 else colour[0]).save(path)
    return str(path)


def test_every_picture_becomes_a_small_square_of_its_own_colours(tmp_path: Path) -> None:
    paths = [
        saved(tmp_path / "red.png", (200, 10, 20)),
        None,
        saved(tmp_path / "grey.jpg", (77,), (5, 200), "L"),
        str(tmp_path / "red.png"),
        saved(tmp_path / "clear.png", (1, 2, 3, 128), mode="RGBA"),
    ]
    table, numbers = picture_table(paths)
    assert table.shape == (5, 3, EDGE, EDGE) and table.dtype == torch.uint8
    assert numbers[0] == numbers[3] and numbers[1] == -1 and len(set(numbers.tolist())) == 4
    for clip, colour in ((0, (200, 10, 20)), (2, (77, 77, 77)), (3, (200, 10, 20)), (4, (1, 2, 3))):
        assert (table[clip].amax((1, 2)) - table[clip].amin((1, 2))).max() <= 1
        assert (table[clip, :, 0, 0].int() - torch.tensor(colour)).abs().max() <= 1
    assert table[1].sum() == 0


def test_the_middle_is_kept_with_its_top_at_the_top(tmp_path: Path) -> None:
    image = np.zeros((96, 192, 3), np.uint8)
    image[:48, 48:144, 0] = 255  # the upper half of the middle square is red
    Image.fromarray(image).save(tmp_path / "half.png")
    table, _ = picture_table([str(tmp_path / "half.png")])
    inner = table[0, 0, :, 1:-1]  # at its sides the middle fades into what is cut off
    assert (inner[: EDGE // 2 - 2] > 250).all() and (inner[EDGE // 2 + 2 :] < 5).all()
    assert table[0, 1:].sum() == 0


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"\xff\xd8\xff\xe0" + b"\0" * 20]
)
def test_what_is_no_picture_is_left_out(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    table, numbers = picture_table([str(path), str(tmp_path / "missing.png")])
    assert numbers.tolist() == [-1, -1] and table.sum() == 0


def test_a_cut_off_picture_is_left_out(tmp_path: Path) -> None:
    random = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(random).save(tmp_path / "whole.png")
    (tmp_path / "part.png").write_bytes((tmp_path / "whole.png").read_bytes()[:3000])
    assert picture_table([str(tmp_path / "part.png")])[1].tolist() == [-1]


def test_a_picture_that_would_fill_the_memory_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "red.png", (200, 10, 20))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 60 * 30 - 1)
    assert picture_table([path])[1].tolist() == [-1]


def test_a_square_equals_the_slow_one() -> None:
    """Bilinear interpolation by loops: pixel centres, the edge going on beyond itself."""
    random = np.random.default_rng(0)
    values = random.integers(0, 256, (3, 3, 6, 6))
    zoom, across, down = np.array([1.0, 0.6, 0.8]), np.array([0.0, -1.0, 0.4]), np.array([0.0, 1.0, -0.7])
    flipped = np.array([False, True, False])
    found = picture_views(
        torch.from_numpy(values.astype(np.uint8)), *(torch.from_numpy(v).float() for v in (zoom, across, down)),
        flipped=torch.from_numpy(flipped),
    ).numpy()  # fmt: skip
    assert found.shape == (3, 3, 6, 6)
    for b in range(3):
        for i in range(6):
            for j in range(6):
                u, v = ((j + 0.5) / 3 - 1) * (-1 if flipped[b] else 1), (i + 0.5) / 3 - 1
                column = ((u * zoom[b] + across[b] * (1 - zoom[b])) + 1) * 3 - 0.5
                row = ((v * zoom[b] + down[b] * (1 - zoom[b])) + 1) * 3 - 0.5
                column, row = min(max(column, 0), 5), min(max(row, 0), 5)
                c, r = min(int(column), 4), min(int(row), 4)
                pc, pr = column - c, row - r
                for k in range(3):
                    square = values[b, k, r : r + 2, c : c + 2] / 127.5 - 1
                    expected = (1 - pr) * ((1 - pc) * square[0, 0] + pc * square[0, 1]) + pr * (
                        (1 - pc) * square[1, 0] + pc * square[1, 1]
                    )
                    assert found[b, k, i, j] == pytest.approx(expected, abs=1e-4)


def test_a_whole_picture_may_be_mirrored_and_nothing_else() -> None:
    picture = torch.randint(0, 256, (2, 3, EDGE, EDGE), dtype=torch.uint8)
    one, zero = torch.ones(2), torch.zeros(2)
    found = picture_views(picture, one, zero, zero, flipped=torch.tensor([False, True]))
    plain = picture.float() / 127.5 - 1
    torch.testing.assert_close(found[0], plain[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(found[1], plain[1].flip(-1), atol=1e-4, rtol=0)


def test_the_encoder_gives_a_vector() -> None:
    encoder = PictureEncoder(24)
    assert encoder(torch.randn(2, 3, EDGE, EDGE)).shape == (2, 24) and encoder.width == 24
