import pytest

from explorer.sounds.windows import span_words


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        (2, 4, "2.0–4.0 s"),
        (57.96, 59.96, "58.0–60.0 s"),
        (58, 60, "0:58.0–1:00.0"),
        (1834, 1836.04, "30:34.0–30:36.0"),
        (3599.96, 5402.5, "1:00:00.0–1:30:02.5"),
    ],
)
def test_a_long_file_is_told_as_players_show_it(begin: float, end: float, words: str) -> None:
    assert span_words(begin, end) == words
