"""A trained encoder as one file that others open, by the ending of its name: .pt2 with torch alone, .onnx without torch.

Samples go in, and h or frames come out, as `Embedder` gives them; what the file says of itself stands in it under ABOUT.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from training import durable
from training.data.dataset import SAMPLE_RATE
from training.embedder import Embedder
from training.encoder_file.onnx_model import onnx_bytes
from training.encoder_file.program import exported
from training.errors import UserError
from training.run import RunFolder

ABOUT = "hearsight.json"
"""The file within, or the name among the metadata."""
SCHEMA = 1


def torch_bytes(program: torch.export.ExportedProgram, about: dict[str, str]) -> bytes:
    """The program as torch.export.load opens it, with a file for each text of `about`."""
    content = io.BytesIO()
    torch.export.save(program, content, extra_files=about)
    return content.getvalue()


FORMATS: dict[str, Callable[[torch.export.ExportedProgram, dict[str, str]], bytes]] = {
    ".pt2": torch_bytes,
    ".onnx": onnx_bytes,
}
"""By the ending of the file's name."""


def write_encoder(run: RunFolder, out: Path, step: int | None, frames: bool = False) -> dict[str, Any]:
    """Write the encoder of a kept step, the newest where `step` is None; returns what the file says of itself.

    It gives h of each sound, or `frames`.

    Raises UserError where the run has no weights that can be used, or `out` can't be written.
    """
    if out.suffix not in FORMATS:
        raise UserError(f"The file {out} can't be written: a name that ends in {' or '.join(FORMATS)} was expected.")
    durable.check_writable(out)
    embedder = Embedder(run, step)
    about = described(run, embedder, frames)
    content = FORMATS[out.suffix](exported(embedder.method, frames), {ABOUT: json.dumps(about, indent=1)})
    try:
        durable.write_bytes(out, content)
    except OSError as error:
        raise UserError(f"The file {out} can't be written: {error.strerror}.") from None
    return about


def described(run: RunFolder, embedder: Embedder, frames: bool = False) -> dict[str, Any]:
    """What ABOUT says; no path, and nothing of the sounds."""
    config, encoder = embedder.config, embedder.method.encoder
    mel = encoder.domain == "mel"
    times = embedder.frame_times
    return {
        "schema": SCHEMA,
        "run": run.name,
        "step": embedder.step,
        "method": config.method,
        "encoder": config.encoder,
        "encoder_size": config.encoder_size,
        "dimension": encoder.width,
        "sample_rate": SAMPLE_RATE,
        "window_seconds": config.window_seconds,
        "frames": {"hop_seconds": times.hop_seconds, "first_seconds": times.first_seconds} if frames else None,
        "front_end": embedder.method.augment.front_end.key if mel else None,
        "input_mean": float(encoder.input_mean),
        "input_std": float(encoder.input_std),
        "weights_sha256": run.manifest(embedder.step).get("weights"),
        "torch": torch.__version__,
    }
