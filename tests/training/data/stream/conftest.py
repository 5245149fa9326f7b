"""What the tests of a stream share: feeds that are closed when the test ends, and blocks that are soon full."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from training.data.stream import feed as feed_module
from training.data.stream.feed import Feed
from training.data.stream.order import Team
from training.data.stream.references import places_of
from training.data.stream.turns import Clip

MakeFeed = Callable[..., Feed]
WINDOW = 1_600


@pytest.fixture
def feed_of(own_cache: Path) -> Iterator[MakeFeed]:
    """feed_of(reference, readers=2, seed=0): a feed, closed when the test ends."""
    made: list[Feed] = []

    def make(
        reference: str, readers: int = 2, seed: int = 0, rank: int = 0, ranks: int = 1, standing: Any = None
    ) -> Feed:
        shards = tuple(places_of(reference))
        made.append(Feed(reference, shards, WINDOW, seed, Team(len(shards), readers, rank, ranks), standing))
        return made[-1]

    yield make
    for feed in made:
        feed.close()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "FIRST_BLOCK_CLIPS", 4)
    monkeypatch.setattr(feed_module, "MOST_BLOCK_CLIPS", 7)


def numbers(clips: list[Clip] | None) -> list[int]:
    assert clips is not None
    return [clip.clip for clip in clips]
