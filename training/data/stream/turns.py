"""The readers of one rank, asked in turn for clips, and how far each has come: the same order whichever is faster."""

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from training.data.stream.messages import Job, ReaderPosition
from training.data.stream.reader import Reader, StreamedClip
from training.data.stream.troubles import Troubles
from training.errors import UserError

ENDED = 2**31 - 1
"""The piece at which a reader stands that has read its share of the epoch."""


@dataclass(frozen=True)
class Clip:
    """One clip, and what it is told apart by."""

    samples: np.ndarray
    """(S,) int16 at 16 kHz."""
    clip: int
    recording: int
    group: int


@dataclass(frozen=True)
class FeedPosition:
    """Where a feed stands: the beginning of a block, and how many of its clips were handed out."""

    epoch: int
    block: int
    turn: int
    """The reader whose turn it is."""
    places: tuple[ReaderPosition, ...]
    """Of the readers."""
    drawn: int = 0

    @staticmethod
    def at_epoch(epoch: int, readers: int) -> "FeedPosition":
        """Before the first clip of an epoch."""
        return FeedPosition(epoch, 0, 0, (ReaderPosition(),) * readers)

    def to_row(self) -> list[int]:
        """As `from_row` takes it."""
        return [self.epoch, self.block, self.turn, self.drawn, *(n for place in self.places for n in astuple(place))]

    @staticmethod
    def from_row(row: Sequence[int]) -> "FeedPosition":
        """What `to_row` wrote."""
        epoch, block, turn, drawn, *numbers = (int(n) for n in row)
        places = tuple(ReaderPosition(*numbers[first : first + 3]) for first in range(0, len(numbers), 3))
        return FeedPosition(epoch, block, turn, places, drawn)


@dataclass
class Block:
    """Clips that are handed out one after the other, and where the feed stood before them."""

    begin: FeedPosition
    clips: list[Clip]


class ReadersInTurn:
    """The readers of one rank, asked in turn. `close` ends them."""

    def __init__(self, job: Job, begin: FeedPosition, troubles: Troubles) -> None:
        self._job, self._troubles = job, troubles
        self._epoch, self._turn, self._places = begin.epoch, begin.turn, list(begin.places)
        self._given = 0 if begin == FeedPosition.at_epoch(begin.epoch, len(begin.places)) else 1
        """Clips of this epoch."""
        self._readers: list[Reader] = []
        try:
            for number, place in enumerate(begin.places):
                done = place.piece == ENDED
                own = replace(job, reader=number, epoch=begin.epoch + done, place=ReaderPosition() if done else place)
                self._readers.append(Reader(own, troubles))
        except BaseException:
            self.close()
            raise

    def block(self, number: int, count: int) -> Block | None:
        """At most `count` clips, shuffled; None where the epoch has no more. Raises UserError where a whole one has none."""
        begin = FeedPosition(self._epoch, number, self._turn, tuple(self._places))
        clips: list[Clip] = []
        while len(clips) < count and not self._ended:
            heard = self._readers[self._turn].next() if self._places[self._turn].piece != ENDED else None
            if heard is None:
                self._places[self._turn] = ReaderPosition(ENDED)
            else:
                self._places[self._turn] = heard.after
                clips.append(_clip(heard))
            self._turn = (self._turn + 1) % len(self._readers)
        self._given += len(clips)
        if clips:
            random = np.random.default_rng([self._job.seed, self._epoch, number, self._rank])
            return Block(begin, [clips[i] for i in random.permutation(len(clips))])
        if not self._given:
            raise UserError(
                f"Not one of the {len(self._job.shards):,} shards gives a sound. {self._troubles.sentence}".rstrip()
            )
        self._epoch, self._turn, self._given = self._epoch + 1, 0, 0
        self._places = [ReaderPosition()] * len(self._readers)
        return None

    def close(self) -> None:
        """End the processes."""
        for reader in self._readers:
            reader.close()

    @property
    def _ended(self) -> bool:
        return all(place.piece == ENDED for place in self._places)

    @property
    def _rank(self) -> int:
        return self._job.team.rank if self._job.team else 0


def _clip(heard: StreamedClip) -> Clip:
    facet, group = heard.about["group"]
    digest = hashlib.blake2b(f"{facet}={group}".encode(), digest_size=8).digest()
    own = group == heard.about["name"]  # which is no other record's, though a record of another shard may be called so
    number = heard.recording if own else int.from_bytes(digest, "little") >> 1
    return Clip(heard.samples, heard.clip, heard.recording, number)
