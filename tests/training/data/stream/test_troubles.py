"""What could not be read of a stream, counted and told."""

import pytest

from training.data.stream import troubles as module
from training.data.stream.troubles import MOST_KEPT, Troubles


def test_news_is_told_once_and_not_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    troubles = Troubles()
    assert troubles.news() == troubles.sentence == ""
    troubles.skip("a", "it is empty")
    assert troubles.news() == "The sound a was skipped (it is empty)."
    now[0] += 11
    assert troubles.news() == "", "there is nothing new"
    troubles.lose("x.tar", "it is damaged")
    assert troubles.news().startswith("The shard x.tar could not be read to the end (it is damaged)")
    troubles.skip("b", "it is empty")
    now[0] += 9
    assert troubles.news() == "", "too soon"
    now[0] += 2
    assert troubles.news().endswith("2 sounds, the first of them a, were skipped (it is empty).")


def test_of_endless_troubles_the_first_are_kept() -> None:
    troubles = Troubles()
    for number in range(MOST_KEPT + 5):
        troubles.skip(f"{number}", "it is empty")
    troubles.skip("0", "another reason")
    assert (troubles.count, len(troubles.skipped)) == (MOST_KEPT + 6, MOST_KEPT)
    assert troubles.sentence.startswith("1,000 or more sounds, the first of them 0, were skipped (it is empty)")
