"""What methods and measures share, each as a function of the device: the same input, and all that it gives by name.

Inputs are drawn on the CPU in float32, so that they are the same everywhere and in every precision.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.measures import measured
from training.measures.knn import knn_accuracy
from training.measures.measure import Embedded
from training.methods.swav import equal_shares
from training.parts.bank import Bank
from training.parts.kmeans import kmeans
from training.parts.memory import Queue
from training.parts.optimizers import LARS
from training.parts.slow_copy import follow, slow_copy
from training.spectrogram import FrontEnd, levelled, log_mel

Check = Callable[[torch.device], dict[str, Tensor]]


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal numbers in the default precision, rounded to float32 on the way."""
    values = torch.randn(*shape, generator=Generator().manual_seed(seed), dtype=torch.float32)
    return values.to(torch.get_default_dtype())


def front_end(device: torch.device) -> dict[str, Tensor]:
    """Samples to levelled log-mel."""
    front = FrontEnd()
    waves = (drawn(8, 16_000) * torch.linspace(0.001, 0.3, 8)[:, None]).to(device)
    front._transform.to(waves.dtype)
    lengths = torch.arange(10, 50, 5, device=device)
    power = levelled(front.power(waves), lengths)
    return {"power": power, "log-mel": log_mel(power)}


def k_means(device: torch.device) -> dict[str, Tensor]:
    """Two runs of k-means on points that lie in clumps."""
    x = (drawn(12, 16, seed=1).repeat(50, 1) * 4 + drawn(600, 16)).to(device)
    centres, labels = kmeans(x, 12, Generator().manual_seed(0), runs=2)
    return {"centres": centres, "labels": labels}


def sinkhorn(device: torch.device) -> dict[str, Tensor]:
    """SwAV's equal shares, at its own sharpness and at a sharper one."""
    scores = functional.normalize(drawn(64, 32), dim=1).to(device)
    every = torch.ones(64, dtype=torch.bool, device=device)
    return {f"epsilon {epsilon}": equal_shares(scores, epsilon, 3, every) for epsilon in (0.05, 0.02)}


def queue(device: torch.device) -> dict[str, Tensor]:
    """Three pushes, the last one over the end."""
    held = Queue(32, 8)
    held.entries.copy_(functional.normalize(drawn(32, 8), dim=1))
    held = held.to(device)
    for step in range(3):
        held.push(drawn(12, 8, seed=step).to(device), torch.arange(12, device=device))
    return {"entries": held.entries, "age": held.age, "clips": held.clips, "at": held.at, "ages": held.ages(8)}


def bank(device: torch.device) -> dict[str, Tensor]:
    """Two renewals, the second with a clip that is in it twice."""
    held = Bank(32, 8, 0.5)
    held.entries.copy_(functional.normalize(drawn(32, 8), dim=1))
    held = held.to(device)
    held.renew(torch.arange(10, device=device), drawn(10, 8, seed=1).to(device))
    held.renew(torch.tensor([3, 7, 3, 20], device=device), drawn(4, 8, seed=2).to(device))
    return {"entries": held.entries}


def neighbours(device: torch.device) -> dict[str, Tensor]:
    """kNN accuracy with and without banned groups."""
    labels = torch.arange(400, device=device) % 10
    x = (drawn(10, 32, seed=1).repeat(40, 1) + 1.5 * drawn(400, 32)).to(device)
    groups = torch.arange(400, device=device) // 10 % 4
    return {"all": torch.tensor(knn_accuracy(x, labels)), "cross-group": torch.tensor(knn_accuracy(x, labels, groups))}


def measures(device: torch.device) -> dict[str, Tensor]:
    """Everything that a snapshot measures but kNN."""
    h, z = drawn(300, 32).cumsum(1).to(device), drawn(300, 64, seed=1).to(device)
    embedded = Embedded(h, z, (z[:100], z[:100] + 0.3 * drawn(100, 64, seed=2).to(device)))
    found = {name: torch.tensor(value) for name, value in measured(embedded).items()}
    return {**found, "singular values": embedded.sigma_h}


def optimizers(device: torch.device) -> dict[str, Tensor]:
    """Three steps each of AdamW, SGD and LARS, and a slow copy that follows."""
    found: dict[str, Tensor] = {}
    for name, make in (
        ("AdamW", lambda p: torch.optim.AdamW(p, lr=1e-2)),
        ("SGD", lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9)),
        ("LARS", lambda p: LARS(p, lr=1.0)),
    ):
        layer = nn.Linear(16, 8)
        layer.weight.data.copy_(drawn(8, 16))
        layer.bias.data.copy_(drawn(8))
        layer = layer.to(device)
        slow, optimizer = slow_copy(layer), make(layer.parameters())
        for step in range(3):
            with torch.enable_grad():
                layer(drawn(4, 16, seed=step).to(device)).square().mean().backward()
            optimizer.step()
            optimizer.zero_grad()
            follow(slow, layer, 0.9)
        found |= {name: layer.weight, f"{name}, slow copy": slow.weight}
    return found


CHECKS: dict[str, Check] = {
    "front end": front_end,
    "k-means": k_means,
    "Sinkhorn": sinkhorn,
    "queue": queue,
    "bank": bank,
    "kNN": neighbours,
    "measures": measures,
    "optimizers": optimizers,
}
