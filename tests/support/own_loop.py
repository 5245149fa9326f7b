"""A training loop as anybody writes one: SimCLR in plain PyTorch, with watch.py copied beside it. Knows nothing of Hearsight.

python own_loop.py SOUNDS RUN STEPS
"""

import sys
import wave
from pathlib import Path

import numpy as np
import torch
from torch import nn
from watch import Watch  # type: ignore[import-not-found]  # copied beside this file

sounds, folder, steps = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
names = sorted(str(path.relative_to(sounds)) for path in sounds.rglob("*.wav"))


def spectrogram(name: str) -> torch.Tensor:
    """(65, 60): log power of the first half second."""
    with wave.open(str(sounds / name)) as file:
        samples = np.frombuffer(file.readframes(7_680), "<i2").astype(np.float32) / 32_768
    padded = torch.zeros(7_680)
    padded[: len(samples)] = torch.from_numpy(samples)
    return (
        torch.stft(padded, 128, window=torch.hann_window(128), hop_length=128, return_complex=True)
        .abs()[:, :60]
        .add(1e-3)
        .log()
    )


def view(x: torch.Tensor) -> torch.Tensor:
    """The same clips from another moment on, louder or softer in each band."""
    start = int(torch.randint(0, 20, ()))
    return x[:, :, start : start + 40] + 0.3 * torch.randn(len(x), x.shape[1], 1)


torch.manual_seed(0)
audio = torch.stack([spectrogram(name) for name in names])
encoder = nn.Sequential(
    nn.Conv1d(65, 32, 5, 2), nn.ReLU(), nn.Conv1d(32, 32, 5, 2), nn.AdaptiveAvgPool1d(1), nn.Flatten()
)
projector = nn.Sequential(nn.ReLU(), nn.Linear(32, 16))
optimiser = torch.optim.Adam([*encoder.parameters(), *projector.parameters()], 1e-3)
about = {"method": "my SimCLR", "temperature": 0.2, "data": "made sounds"}
with Watch(folder, sounds=sounds, clips=names, about=about, steps=steps) as run:
    for step in range(steps + 1):
        if step % max(5, steps // 10_000) == 0:
            with torch.no_grad():
                pair = projector(encoder(view(audio))), projector(encoder(view(audio)))
                run.embeddings(step, encoder(audio), projector(encoder(audio)), pair)
        z = nn.functional.normalize(torch.cat([projector(encoder(view(audio))) for _ in range(2)]))
        similarity = (z @ z.T / 0.2).fill_diagonal_(-1e9)
        loss = nn.functional.cross_entropy(similarity, torch.arange(len(z)).roll(len(audio)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        run.log(step, loss=loss, lr=1e-3)
