"""Words and parts of words as numbers."""

import torch

from training.data.texts import BUCKETS, PIECES, pieces_of
from training.parts.text import TextEncoder


def test_pieces_are_words_then_their_parts() -> None:
    found = [piece for piece in pieces_of("A dog") if piece]
    assert len(found) == 2 + 1 + 3  # a, dog, <a>, <do, dog, og>: every three letters of <a> and <dog>
    assert all(0 < piece < BUCKETS for piece in found) and len(pieces_of("A dog")) == PIECES
    assert found[1] == found[4]  # the word dog and the part dog
    assert set(pieces_of("dog")) - {0} < set(found)


def test_writing_differently_is_the_same_text() -> None:
    assert pieces_of("Acoustic_Guitar!") == pieces_of("acoustic  guitar") != pieces_of("guitar acoustics")
    assert pieces_of("ÉCOLE straße") == pieces_of("école STRASSE")
    assert pieces_of("") == pieces_of("…") == [0] * PIECES


def test_likeness_is_shared_pieces() -> None:
    dogs, dog, rain = (set(pieces_of(text)) - {0} for text in ("dogs", "dog", "rain"))
    assert len(dogs & dog) >= 2 and not dogs & rain


def test_a_long_text_is_cut() -> None:
    assert len(pieces_of("word " * 10_000)) == PIECES and 0 not in pieces_of("some different words " * 100)


def test_an_empty_text_has_a_vector_and_order_does_not_count() -> None:
    encoder = TextEncoder(6, 16).eval()
    texts = torch.tensor([pieces_of(text) for text in ("", "a dog barks", "barks a dog", "a cat meows")])
    found = encoder(texts)
    assert found.shape == (4, 6) and torch.isfinite(found).all()
    torch.testing.assert_close(found[1], found[2])
    assert not torch.allclose(found[1], found[3])


def test_a_text_is_the_mean_of_its_pieces_and_of_no_filling() -> None:
    """Said twice it is the same text; how many pieces are missing to the most there may be doesn't count."""
    encoder = TextEncoder(6, 16).eval()
    encoder.layers = torch.nn.Identity()
    with torch.no_grad():
        encoder.vectors.weight[0] = 7.0
    found = encoder(torch.tensor([[3, 5, 0, 0, 0, 0], [3, 5, 3, 5, 0, 0]]))
    torch.testing.assert_close(found, encoder.vectors.weight[[3, 5]].mean(0).expand(2, -1))
