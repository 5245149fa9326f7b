"""A trained encoder as a program of torch.export: samples in, h or frames out, as `Embedder` gives them.

The front end is within; whoever runs the program needs neither this project nor torchaudio.
Shapes:  B sounds, S samples, F mel bands, T frames (or samples, where the encoder hears these), U frames that it gives,
         D encoder width.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor, nn
from torch._decomp import decomposition_table

from training.data.dataset import SAMPLE_RATE
from training.embedder import moved_later
from training.errors import UserError
from training.frames import frame_times
from training.methods.method import Method
from training.spectrogram import levelled


def exported(method: Method, frames: bool = False) -> torch.export.ExportedProgram:
    """The program: samples (B, S) float32 in [-1, 1] at 16 kHz → h (B, D) float32, or its `frames` (B, U, D), for any B and S from
    1 on.

    Raises UserError for an encoder that normalises over each clip: it hears how much silence is put behind a sound, which differs here.
    """
    if any(isinstance(module, nn.GroupNorm) for module in method.encoder.modules()):
        raise UserError(
            "An encoder with group normalisation can't be written as one file: what it says depends on the silence behind a sound."
        )
    hears = (HearsFrames if frames else Hears)(method).eval().requires_grad_(False)
    sizes = {0: torch.export.Dim("sounds", min=1), 1: torch.export.Dim("samples", min=1)}
    with torch.no_grad(), gru_of_any_length():
        program = torch.export.export(
            hears,
            (torch.zeros(2, 2 * SAMPLE_RATE),),
            dynamic_shapes=(sizes,),
            prefer_deferred_runtime_asserts_over_guards=True,  # what holds of any length, though torch can't tell so beforehand
        )
    for node in program.graph.nodes:  # each names the line that it comes from, by its path on this machine
        node.meta.pop("stack_trace", None)
    return program


class Hears(nn.Module):
    """Samples (B, S) → h (B, D), as `embed_audio` has it of whole sounds, without a branch that a program could not follow."""

    def __init__(self, method: Method) -> None:
        super().__init__()
        self.encoder = method.encoder
        self.spectrogram: nn.Module = nn.Identity()
        if self.encoder.domain == "mel":
            self.spectrogram = made = method.augment.front_end.transform()
            window = made.spectrogram.window  # part of a longer one, of which torch.export.save warns
            made.spectrogram.window = window.clone()
        self._method = [method]  # in a list: its heads, slow copies and memories stay out of the file

    def forward(self, waveforms: Tensor) -> Tensor:
        """Heard whole, or, where that is shorter than a view, at a view's start and at its end."""
        view, behind = self._method[0].augment.view_length, self.encoder.stride * self.encoder.margin
        audio, own = self._audio(waveforms)
        padded, length = self._padded(audio, own)
        h = self._embedded(padded, length)
        by = torch.full((audio.shape[0],), view - own).clamp(min=0)
        late = moved_later(functional.pad(audio, (0, view))[..., :view], by)
        both = (h + self._embedded(functional.pad(late, (0, behind)), view)) / 2
        return torch.where(by[:, None] > 0, both, h)

    def _padded(self, audio: Tensor, own: int) -> tuple[Tensor, Any]:
        """`audio` with silence behind it, and how much of that counts as heard: at least a view."""
        view, stride, margin = self._method[0].augment.view_length, self.encoder.stride, self.encoder.margin
        length: Any = torch.sym_max(own, view)
        # Longer than a view and a multiple of the stride. By way of a tensor it is one unknown number instead of a formula of the
        # samples: torch can tell what each layer makes of any length, and has less to work out.
        count: Any = torch.full((), torch.sym_max(own // stride, view // stride) + 1 + margin).item()
        torch._check(count >= view // stride + 1 + margin)
        padded = stride * count
        torch._check(padded >= audio.shape[-1])
        return functional.pad(audio, (0, padded - audio.shape[-1])), length

    def _audio(self, waveforms: Tensor) -> tuple[Tensor, int]:
        """Levelled mel power (B, F, T) or samples (B, S), followed by some silence, and how many of T or S are of the sounds."""
        if self.encoder.domain == "waveform":
            return functional.pad(waveforms, (0, 1)), waveforms.shape[1]
        front_end = self._method[0].augment.front_end
        power = self.spectrogram(functional.pad(waveforms, (0, front_end.hop_samples)))
        own = power.shape[2] - 1
        return levelled(power, torch.full((power.shape[0],), own)), own

    def _embedded(self, audio: Tensor, length: int) -> Tensor:
        method = self._method[0]
        return method.embed(method.augment.whole(audio), torch.full((audio.shape[0],), length)).float()


class HearsFrames(Hears):
    """Samples (B, S) → frames (B, U, D), as `embed_frames` has them."""

    def forward(self, waveforms: Tensor) -> Tensor:
        """Heard once, at a view's start."""
        method = self._method[0]
        audio, length = self._padded(*self._audio(waveforms))
        frames = method.frames(method.augment.whole(audio), torch.full((audio.shape[0],), length)).float()
        samples: Any = waveforms.shape[1]
        hop = frame_times(method).hop_samples
        # One unknown number too, which may be 1: by a slice torch would take it for more.
        own: Any = torch.full((), torch.sym_max(samples // hop, 1)).item()
        torch._check(own >= 0)
        return frames.index_select(1, torch.arange(own, device=frames.device))


@contextmanager
def gru_of_any_length() -> Iterator[None]:
    """While it lasts, a GRU is traced as the one operation that it is, by the shape of what it gives.

    Otherwise torch would trace each of its steps, and the program would be for sounds of one length alone.
    """

    def shape(x: Tensor, hidden: Tensor, *_: Any) -> tuple[Tensor, Tensor]:
        return x.new_empty(*x.shape[:2], hidden.shape[2]), torch.empty_like(hidden)

    keys = torch._C.DispatchKey
    gru = torch.ops.aten.gru.input
    kept, steps = dict(gru.py_kernels), decomposition_table.get(gru)
    gru.py_kernels.update({keys.CompositeImplicitAutograd: shape, keys.Autograd: shape})
    decomposition_table[gru] = shape  # where a finished program is traced once more
    gru._dispatch_cache.clear()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*_flat_weights.* assigned during export")  # each is a parameter, too
            yield
    finally:
        gru.py_kernels.clear()
        gru.py_kernels.update(kept)
        decomposition_table.pop(gru)
        if steps is not None:
            decomposition_table[gru] = steps
        gru._dispatch_cache.clear()
