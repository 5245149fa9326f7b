"""Whole sounds to embeddings h, the same way in the trainer's measures, the page and the command line.

Shapes:  n clips, B clips of a chunk, S samples, D encoder width.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from training import checkpoint
from training.building import built_method
from training.config import RunConfig
from training.data.dataset import SAMPLE_RATE, Dataset, Progress
from training.data.mel_cache import clip_power, padded_waveforms
from training.data.store import ClipStore
from training.errors import UserError
from training.evenly import evenly_spaced
from training.frames import FrameTimes, embed_frames, frame_times
from training.measures.measure import Embedded
from training.methods.method import Method
from training.parts.own_statistics import own_statistics
from training.run import RunFolder, State

CHUNK = 512
"""Clips of much the same length that are embedded at once."""
TOGETHER = 64
"""Waveforms of any lengths that are padded to one, so that a long one makes few others long."""
MOST_CLIPS = 20_000_000
"""No data set has more."""


@torch.no_grad()
def embed_audio(method: Method, audio: Tensor, lengths: Tensor) -> Tensor:
    """h (B, D) of whole clips, (B, F, T) mel power or (B, S) samples, in eval mode and float32."""
    was_training = method.training
    method.eval()
    h = whole_clips(method, audio, lengths, lambda x, own: {"h": method.embed(x, own)})["h"]
    method.train(was_training)
    return h.float()


def whole_clips(
    method: Method, audio: Tensor, lengths: Tensor, encode: Callable[[Tensor, Tensor], dict[str, Tensor]]
) -> dict[str, Tensor]:
    """What `encode` gives of whole clips, (B, F, T) mel power or (B, S) samples: arrays (B, …) by name. It is given what the
    encoder takes, and its lengths (B,).

    Of a clip longer than a view all is heard. A shorter one lies anywhere in its view while training, so it is heard at
    the view's start and at its end, and the two are averaged (docs/experiments.md: two to three points of kNN).
    """
    shortest = method.augment.view_length
    # Silence after every clip, so that an embedding doesn't depend on what shares its batch.
    wanted = max(audio.shape[-1], shortest) + method.encoder.stride * method.encoder.margin
    audio = torch.nn.functional.pad(audio, (0, wanted - audio.shape[-1]))
    found = encode(method.augment.whole(audio), lengths.clamp(min=shortest))
    short = (lengths < shortest).nonzero()[:, 0]
    if len(short):
        late = moved_later(audio[short], shortest - lengths[short])
        again = encode(method.augment.whole(late), lengths[short].clamp(min=shortest))
        for name, early in found.items():
            early[short] = (early[short] + again[name]) / 2
    return found


def projected(method: Method, h: Tensor) -> Tensor:
    """z (B, P) of h (B, D), by norm statistics of these very clips; h itself for a method without a projector."""
    if len(h) < 2:  # which have no statistics
        z = method.projection(h)
    else:
        with own_statistics(method):
            z = method.projection(h)
    return (h if z is None else z).float()


def projected_pair(method: Method, audio: Tensor, lengths: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """z (B, P) of two random views of each clip, as a Siamese method sees them, whatever this method looks at."""
    first, second = method.augment.pair(audio, lengths, generator)
    z = projected(method, torch.cat([method.embed(first), method.embed(second)]))
    return z[: len(first)], z[len(first) :]


def moved_later(audio: Tensor, by: Tensor) -> Tensor:
    """Audio (B, …, T) moved later by `by` (B,) steps of the last axis, silence before it."""
    at = torch.arange(audio.shape[-1], device=audio.device) - by[:, None]  # (B, T)
    at = at.view(at.shape[0], *[1] * (audio.dim() - 2), -1)
    return audio.gather(-1, at.clamp(min=0).expand_as(audio)) * (at >= 0)


def embed_clips(method: Method, store: ClipStore, clips: Tensor) -> Tensor:
    """h (n, D) of clips of the store, in chunks of similar length, on the store's device."""
    order = torch.argsort(store.lengths[clips], stable=True)
    sorted_clips = clips[order]
    longest = store.lengths[sorted_clips].tolist()
    found = [
        embed_audio(method, store.audio(chunk, longest[min(first + CHUNK, len(clips)) - 1]), store.lengths[chunk])
        for first, chunk in zip(range(0, len(clips), CHUNK), sorted_clips.split(CHUNK), strict=True)
    ]
    return torch.cat(found)[torch.argsort(order)]


class Embedder:
    """A kept step of a run, ready to embed any sound on the CPU."""

    def __init__(self, run: RunFolder, step: int | None = None):
        """`step` is the newest kept one where it is None. Raises UserError where its weights can't be used."""
        run.check_trained_here()
        kept = run.checkpoints()
        if not kept:
            status = run.status()
            coming = status.active or status.state is State.WAITING
            raise UserError(f"The run {run.name} {'has no weights yet' if coming else 'keeps no weights'}.")
        self.step = kept[-1] if step is None else step
        self.config = RunConfig.from_json(run.config())
        self._counts = _counts(run.probe())
        self.method = built_method(self.config, *self._counts)
        checkpoint.load_weights(self.method, checkpoint.weights(run, self.step), run.name)
        self.method.eval()
        self.width = self.method.encoder.width

    def reinitialise(self) -> None:
        """Go back to the weights before the first step: the run's own seed and input statistics."""
        learned = self.method.encoder
        statistics = (float(learned.input_mean), float(learned.input_std))
        self.method = built_method(self.config, *self._counts, statistics).eval()

    def embed(self, waveforms: Sequence[np.ndarray]) -> np.ndarray:
        """h (n, D) float32 of waveforms (S,) float32 at 16 kHz, of any lengths."""
        starts = range(0, len(waveforms), TOGETHER)
        rows = [embed_audio(self.method, *self.inputs(waveforms[at : at + TOGETHER])) for at in starts]
        return torch.cat(rows).numpy() if rows else np.empty((0, self.width), np.float32)

    def frames(self, waveform: np.ndarray) -> np.ndarray:
        """(U, D) float32 of a waveform (S,) float32 at 16 kHz: a vector for each moment, at the times of `frame_times`.

        A longer sound than the run's window is heard in pieces as long as that, as in training; the last one ends where the
        sound does, and of what two pieces hear the earlier one's frames are taken.
        """
        hop, window = self.frame_times.hop_samples, round(self.config.window_seconds * SAMPLE_RATE)
        count, each = max(1, len(waveform) // hop), max(1, window // hop)
        last = max(0, count - each)
        frames = np.empty((count, self.width), np.float32)
        frames[last:] = self._frames([waveform[last * hop :][:window]])[0]
        before = range(0, last, each)
        for at in range(0, len(before), TOGETHER):
            firsts = before[at : at + TOGETHER]
            pieces = self._frames([waveform[first * hop :][:window] for first in firsts])
            for first, piece in zip(firsts, pieces, strict=True):
                frames[first : first + each] = piece
        return frames

    def _frames(self, pieces: Sequence[np.ndarray]) -> np.ndarray:
        """(B, U, D) of B waveforms of one length."""
        audio, lengths = self.inputs(pieces)
        return embed_frames(self.method, audio, int(lengths[0]), len(pieces[0])).numpy()

    @property
    def frame_times(self) -> FrameTimes:
        """When the frames of a sound are."""
        return frame_times(self.method)

    @torch.no_grad()
    def embed_views(self, views: Sequence[np.ndarray]) -> np.ndarray:
        """h (n, D) float32 of views as the encoder takes them: log-mel (F, V) or samples (S,), all of one length.

        Raises UserError where they are not of this encoder's kind.
        """
        front_end = self.method.augment.front_end
        samples = self.method.encoder.domain == "waveform"
        if any(view.ndim != (1 if samples else 2) or (not samples and len(view) != front_end.mels) for view in views):
            expected = "samples" if samples else f"{front_end.mels} mel bands"
            raise UserError(f"This run hears {expected}, so it cannot compare these views.")
        return self.method.embed(torch.from_numpy(np.stack(views))).float().numpy()

    @torch.no_grad()
    def project(self, h: np.ndarray) -> np.ndarray:
        """z (n, P) float32 of embeddings (n, D) float32 of sounds, by norm statistics of these very ones."""
        return projected(self.method, torch.from_numpy(h)).numpy()

    @torch.no_grad()
    def project_texts(self, pieces: Sequence[Sequence[int]]) -> np.ndarray:
        """Where texts, as n lists of pieces, lie beside z: (n, P) float32. Raises UserError where the run's method reads nothing."""
        read = self.method.of_texts(torch.tensor(pieces))
        if read is None:
            raise UserError(f"The method of this run, {self.config.method}, reads no words.")
        return read.float().numpy()

    def embed_dataset(self, dataset: Dataset, progress: Progress, clips: np.ndarray | None = None) -> np.ndarray:
        """h (n, D) float32 of every clip of a data set, or of `clips` (n,) of it."""
        asked = np.arange(len(dataset)) if clips is None else clips
        order = np.argsort(dataset.lengths[asked], kind="stable")
        found = np.empty((len(asked), self.width), np.float32)
        for first in range(0, len(order), CHUNK):
            chunk = order[first : first + CHUNK]
            found[chunk] = self.embed([dataset.waveform(int(c)) for c in asked[chunk]])
            progress((first + len(chunk)) / len(order), "Embedding the clips")
        return found

    @torch.no_grad()
    def embedded(self, waveforms: Sequence[np.ndarray], pairs: int) -> Embedded:
        """All that measures without labels need of waveforms (S,); views are made of at most `pairs` of them."""
        h = torch.from_numpy(self.embed(waveforms))
        some = [waveforms[i] for i in evenly_spaced(len(waveforms), pairs)]
        pair = projected_pair(self.method, *self.inputs(some), Generator().manual_seed(0))
        return Embedded(h, projected(self.method, h), pair)

    def inputs(self, waveforms: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
        """Mel power (B, F, T) or samples (B, S), as the encoder takes them, and their lengths (B,)."""
        if self.method.encoder.domain == "waveform":
            return padded_waveforms(list(waveforms))
        return clip_power(list(waveforms), self.method.augment.front_end, torch.device("cpu"))


def _counts(probe: Mapping[str, Any]) -> tuple[int, int]:
    """How many clips and groups the data has, which memories are as long as; one of each where it isn't said."""
    clips, groups = probe.get("data_clips", 1), probe.get("data_groups", 1)
    known = all(type(count) is int and 1 <= count <= MOST_CLIPS for count in (clips, groups))
    return (clips, groups) if known else (1, 1)
