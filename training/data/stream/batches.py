"""The batches of a stream: what its feed gives next, on the device, in the form that the encoder hears.

Shapes:  B clips of a batch, b of them read by this of R processes, S samples, F mel bands, T frames.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from training.batch import Batch
from training.config import RunConfig
from training.data.mel_cache import halved
from training.data.stream.feed import Feed
from training.data.stream.order import Team
from training.data.stream.sample import shards_of
from training.data.stream.turns import Clip, FeedPosition
from training.data.windows import window_samples
from training.devices.rows import ALONE, Alone
from training.errors import UserError
from training.process import usable_cores
from training.spectrogram import FrontEnd, levelled

MOST_READERS = 8


def never() -> bool:
    """For whoever waits as long as it takes."""
    return False


def readers_for(ranks: int = 1) -> int:
    """How many readers each of `ranks` on this machine has: a core for two, as each has a decoder, and no more than help."""
    return max(1, min(MOST_READERS, usable_cores() // (2 * ranks)))


class StreamedBatches:
    """Draws the batches of a run from a stream. What it keeps for a resume is where every process's feed stands."""

    def __init__(self, config: RunConfig, front_end: FrontEnd | None, sent: Callable[[Tensor], Tensor]) -> None:
        """`front_end`: of an encoder that hears mel; `sent` brings a tensor to the device."""
        self._config, self._front_end, self._sent = config, front_end, sent
        self._shards = shards_of(config.data)
        self._devices = ALONE
        self._feed: Feed | None = None
        self._standings = torch.tensor([FeedPosition.at_epoch(0, readers_for()).to_row()])
        """(R, …) where each process stands."""

    def share(self, devices: Alone) -> None:
        """From now on each of several processes reads its share, and all have the whole batch. Raises UserError."""
        if devices.size > self._config.batch_size:
            raise UserError(f"A batch of {self._config.batch_size} clips cannot be read by {devices.size} processes.")
        self._devices = devices

    def begin(self) -> None:
        """Start reading ahead: with the very next clip, or at the beginning of the epoch where there were other processes.

        All processes call it together.
        """
        self.close()
        devices, rows = self._devices, self._devices.broadcast(self._standings.cpu())
        if len(rows) == devices.size:
            standing = FeedPosition.from_row(rows[devices.rank].tolist())
        else:
            # As many on each machine, or the shards are dealt out otherwise.
            readers, before = devices.broadcast(readers_for(devices.size)), FeedPosition.from_row(rows[0].tolist())
            standing = FeedPosition.at_epoch(before.epoch, readers)
            if devices.rank == 0 and before != FeedPosition.at_epoch(before.epoch, len(before.places)):
                logging.warning(
                    "The number of processes is another one, %d: the stream's epoch begins anew.", devices.size
                )
        team = Team(len(self._shards), len(standing.places), devices.rank, devices.size)
        samples = window_samples(self._config.window_seconds)
        self._feed = Feed(self._config.data, self._shards, samples, self._config.seed, team, standing)
        self._feed.begin()

    def next(self, give_up: Callable[[], bool] = never) -> Batch | None:
        """What the next step trains on; None where `give_up`, asked while it waits, says so. Raises UserError."""
        if self._feed is None:
            self.begin()
        assert self._feed is not None
        count = len(self._devices.rows(self._config.batch_size).own(torch.empty(self._config.batch_size)))
        clips = self._feed.next(count, give_up)
        if clips is None:
            return None
        standing = torch.tensor([self._feed.standing.to_row()])
        self._standings = self._devices.rows(self._devices.size).whole(self._sent(standing))
        return self._batch(*self.whole_batch(clips))

    def whole_batch(self, clips: list[Clip]) -> tuple[Tensor, Tensor, Tensor]:
        """Samples (B, S) int16, zero past each clip's end, their lengths (B,), and (B, 3) clip, recording and group of what
        all processes have read; this one has read `clips` (b of them).
        """
        whole = self._devices.rows(self._config.batch_size).whole
        longest = max(len(clip.samples) for clip in clips)
        if self._devices.size > 1:  # which others may exceed: told between CPUs, so that nobody waits for a GPU
            longest = int(whole(torch.tensor([longest] * len(clips))).max())
        samples = torch.zeros(len(clips), longest, dtype=torch.int16)
        for row, clip in zip(samples.numpy(), clips, strict=True):
            row[: len(clip.samples)] = clip.samples
        numbers = torch.tensor([(len(c.samples), c.clip, c.recording, c.group) for c in clips])
        numbers = whole(self._sent(numbers))
        return whole(self._sent(samples)), numbers[:, 0], numbers[:, 1:]

    @property
    def unread(self) -> str:
        """What couldn't be read, in a sentence; empty where all could."""
        return "" if self._feed is None else self._feed.troubles.sentence

    def news(self) -> str:
        """The same where there is more of it than was told here before, and only now and then."""
        return "" if self._feed is None else self._feed.troubles.news()

    def close(self) -> None:
        """End all processes and threads."""
        if self._feed is not None:
            self._feed.close()
        self._feed = None

    def state(self) -> dict[str, Any]:
        """Where it goes on."""
        return {"shards": len(self._shards), "standings": self._standings.cpu()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was taken."""
        if state["shards"] != len(self._shards):
            raise UserError(
                f"The stream had {state['shards']} shards and has {len(self._shards)} now; start a new run."
            )
        self._standings = state["standings"]

    def _batch(self, samples: Tensor, lengths: Tensor, numbers: Tensor) -> Batch:
        audio = samples.float() / 32768.0
        clips, recordings, groups = numbers.unbind(1)
        if self._front_end is not None:
            lengths = self._front_end.frames(lengths)
            audio = halved(levelled(self._front_end.power(audio), lengths)).float()
        return Batch(clips, audio, lengths, groups, recordings)
