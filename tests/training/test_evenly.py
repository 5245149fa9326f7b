from training.evenly import evenly_spaced


def test_the_first_and_the_last_are_taken_and_some_between_them() -> None:
    assert [evenly_spaced(n, 5).tolist() for n in (101, 7, 3, 0)] == [
        [0, 25, 50, 75, 100],
        [0, 2, 3, 4, 6],
        [0, 1, 2],
        [],
    ]


def test_none_is_taken_twice() -> None:
    assert all(len({*evenly_spaced(n, most).tolist()}) == min(n, most) for n in range(60) for most in range(1, 60))
