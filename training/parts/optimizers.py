"""How gradients become steps, and how the learning rate goes over a run."""

import math

from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from training.config import RunConfig


def optimizer_for(method: nn.Module, config: RunConfig) -> Optimizer:
    """AdamW or SGD over what learns; biases and the parameters of norm layers are left out of the weight decay."""
    learning = [p for p in method.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in learning if p.dim() > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in learning if p.dim() <= 1], "weight_decay": 0.0},
    ]
    if config.optimizer == "sgd":
        return SGD(groups, lr=config.learning_rate, momentum=0.9)
    return AdamW(groups, lr=config.learning_rate)


def scheduled_rate(config: RunConfig, step: int, progress: float) -> float:
    """Linear rise over the warm-up, then half a cosine to 0 at the end of the run."""
    rise = min(1.0, (step + 1) / max(1, config.warmup_steps))
    return config.learning_rate * rise * (1 + math.cos(math.pi * progress)) / 2
