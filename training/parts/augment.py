"""The views of a run: augmentation settings, joined with what the encoder hears and how long a view is."""

from dataclasses import dataclass

from torch import Generator, Tensor

from training.devices.rows import ALONE, Alone
from training.spectrogram import FrontEnd, log_mel
from training.views import MelViews, WaveformViews
from training.views.amounts import Draws
from training.views.crops import crops
from training.views.drawn import Tell, nobody


@dataclass(frozen=True)
class Augment:
    """Turns a batch's audio into what the encoder takes.

    Shapes: audio (B, F, T) mel power or (B, S) samples; out (B, F, V) log-mel or (B, V) samples.
    """

    settings: MelViews | WaveformViews
    front_end: FrontEnd
    own_frames: int | None = None
    """How long a mel view is, of methods that say it by other settings than the views'."""
    devices: Alone = ALONE
    """Who shares the making of views out."""

    def pair(self, audio: Tensor, lengths: Tensor, draws: Draws, tell: Tell = nobody) -> tuple[Tensor, Tensor]:
        """Two random views of each clip. `tell` hears what was drawn, of 2 B clips, the first B first."""
        if isinstance(self.settings, MelViews):
            return self.settings.pair(
                audio, lengths, self.view_frames, draws, self.front_end.hop_seconds, tell, self.devices
            )
        return self.settings.pair(audio, lengths, draws, tell, self.devices)

    def one(self, audio: Tensor, lengths: Tensor, generator: Generator) -> Tensor:
        """One random view of each clip."""
        if isinstance(self.settings, MelViews):
            hop = self.front_end.hop_seconds
            return self.settings(audio, lengths, self.view_frames, generator, hop, devices=self.devices)
        return self.settings(audio, lengths, generator, devices=self.devices)

    def placed(self, audio: Tensor, lengths: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
        """One random view of each clip, and which of its frames or samples (B, V) show the clip: the rest is padding."""
        if isinstance(self.settings, MelViews):
            hop = self.front_end.hop_seconds
            return self.settings.placed(audio, lengths, self.view_frames, generator, hop, devices=self.devices)
        return self.settings.placed(audio, lengths, generator, devices=self.devices)

    def crops(
        self, audio: Tensor, lengths: Tensor, generator: Generator, *, large: int, small: int, small_seconds: float
    ) -> tuple[Tensor, Tensor]:
        """Several large and small crops of each clip: (L, B, F, V) and (S, B, F, v), or (L, B, V) and (S, B, v)."""
        return crops(
            self.settings, self.front_end.hop_seconds, audio, lengths, generator,
            large=large, small=small, small_seconds=small_seconds, devices=self.devices,
        )  # fmt: skip

    def whole(self, audio: Tensor) -> Tensor:
        """The clips as they are, unchanged and unabridged."""
        return log_mel(audio) if isinstance(self.settings, MelViews) else audio

    @property
    def view_frames(self) -> int:
        """Frames of a mel view."""
        if self.own_frames is not None:
            return self.own_frames
        return self.settings.frames(self.front_end.hop_seconds) if isinstance(self.settings, MelViews) else 0

    @property
    def view_length(self) -> int:
        """Length of a view in what the encoder takes: frames or samples."""
        return self.view_frames if isinstance(self.settings, MelViews) else self.settings.samples
