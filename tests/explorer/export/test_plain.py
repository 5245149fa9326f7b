"""What may leave the machine of a text."""

import pytest

from explorer.export.plain import name_of_data, number, numbers, text, texts


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bell", "bell"),
        ("and/or", "and/or"),
        ("piano/00/002", "piano/00/002"),
        ("/home/a/b c/bell.wav", "bell.wav"),
        ("~/sounds/bell.wav", "bell.wav"),
        (r"C:\Users\a\bell.wav", "bell.wav"),
        ("file:///srv/data/bell.wav", "bell.wav"),
        ("cut from /srv/data/bell.wav", "cut from bell.wav"),
        ("https://arxiv.org/abs/2002.05709", "https://arxiv.org/abs/2002.05709"),
        ("<img src=x onerror='window.ran=1'>", "<img src=x onerror='window.ran=1'>"),
        ("<script>window.ran=3</script>", "<script>window.ran=3</script>"),
        (3, ""),
    ],
)
def test_of_a_path_only_its_last_part_stays(given: object, kept: str) -> None:
    assert text(given) == kept


def test_texts_are_found_however_deep_they_lie() -> None:
    assert texts({"/a/b/c": ["/d/e/f", 1, {"x": None}]}) == {"c": ["f", 1, {"x": None}]}


def test_of_numbers_only_numbers_stay() -> None:
    given = {"a": 0.123456789, "b": "text", "c": {"d": float("nan"), "e": True, "f": 10**20}}
    assert numbers(given) == {"a": 0.123457, "c": {"e": True, "f": 10**20}}
    assert number(float("inf")) is None


@pytest.mark.parametrize(("given", "name"), [("/home/a/my sounds/", "my sounds"), ("starter", "starter"), ("", "")])
def test_data_are_called_by_their_name(given: str, name: str) -> None:
    assert name_of_data(given) == name
