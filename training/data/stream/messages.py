"""What a reader is asked and what it answers: bytes, never pickles, since it handles what strangers wrote."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from training.data.stream.order import Piece, Team

CLIP, SKIPPED, BROKEN, EPOCH_ENDS, LISTED, REFUSED = b"C", b"S", b"B", b"E", b"L", b"R"
"""A clip; a record that gives none; a shard that can't be read on; all of the epoch was read; which shards there are;
why nothing can be read at all."""
HEAD_BYTES = 4


@dataclass(frozen=True)
class ReaderPosition:
    """How far a reader has come in an epoch: everything before this is read."""

    piece: int = 0
    record: int = 0
    window: int = 0


@dataclass(frozen=True)
class Job:
    """What one reader is to do: to read its share epoch by epoch, or some pieces once, or to list the shards."""

    reference: str
    trainer: int
    """The process that reads the answers; the reader ends when it does."""
    folder: str
    """Where sounds lie while they are decoded."""
    shards: tuple[str, ...] = ()
    """Names of the shards, as they were listed; where they are none, the job is to list them."""
    window_samples: int = 0
    team: Team | None = None
    reader: int = 0
    seed: int = 0
    epoch: int = 0
    place: ReaderPosition = ReaderPosition()
    once: tuple[Piece, ...] = ()
    """The pieces to read once; where they are none, those that the team's order says, for ever."""
    clips_a_piece: int = 0
    """Of pieces that are read once; 0 is all."""

    def to_bytes(self) -> bytes:
        """As `from_bytes` takes it."""
        return json.dumps(asdict(self)).encode()

    @staticmethod
    def from_bytes(content: bytes) -> "Job":
        """The job that `to_bytes` wrote."""
        found = json.loads(content)
        team = found.pop("team")
        return Job(
            **{
                **found,
                "shards": tuple(found["shards"]),
                "team": team and Team(**team),
                "place": ReaderPosition(**found["place"]),
                "once": tuple(Piece(**piece) for piece in found["once"]),
            }
        )


@dataclass(frozen=True)
class Told:
    """One answer."""

    kind: bytes
    values: dict[str, Any] = field(default_factory=dict)
    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int16))
    """(S,) int16 at 16 kHz, of a clip."""

    def to_bytes(self) -> bytes:
        """As `from_bytes` takes it."""
        head = json.dumps(self.values).encode()
        return b"".join((self.kind, len(head).to_bytes(HEAD_BYTES, "little"), head, self.samples.tobytes()))

    @staticmethod
    def from_bytes(content: bytes) -> "Told":
        """The answer that `to_bytes` wrote."""
        begin = 1 + HEAD_BYTES
        end = begin + int.from_bytes(content[1:begin], "little")
        samples = np.frombuffer(content, np.int16, offset=end) if end < len(content) else np.zeros(0, np.int16)
        return Told(content[:1], json.loads(content[begin:end]), samples)
