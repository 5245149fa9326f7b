"""Fine-tuning with few labels: how many labels does it save to have listened without any before?

The sources of the data (speakers, files, instruments) are dealt into two halves that hold much the same classes. N clips
of every class, drawn in turns over its sources, give their labels in one half; the accuracy is that on all clips of the
other half, from whose sources no label was ever seen. Then the halves change places, and all clips count together.
The same is done from the run's random weights before its first step, and, with the same labels, by a linear probe. How
much hangs on which clips have the labels is told by drawing them several times.

Shapes:  n clips, B clips of a batch, D encoder width.
"""

import copy
import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.config import RunConfig
from training.data import open_dataset
from training.data.dataset import Progress
from training.data.memory_or_disk import clip_store
from training.data.store import ClipStore
from training.data.tags import FACET, read_tags, with_tag
from training.embedder import Embedder, embed_clips
from training.errors import UserError
from training.halves import SourceSplit, source_split
from training.hardware import hardware
from training.measures.probe import fit_predict
from training.methods.method import Method
from training.pace import Pace
from training.run import RunFolder

BATCH = 64
LEARNING_RATE = 1e-3
LIGHT_VIEWS = {"time_stretch": 0.1, "mixup": 0.0, "noise": 0.5, "equalizer": 0.5}
"""What is changed in a clip while fine-tuning; its label must stay true."""


def fine_tuning(
    run: RunFolder,
    facet: str,
    labels: int,
    seconds: float,
    progress: Progress,
    step: int | None = None,
    draws: int = 1,
) -> dict[str, Any]:
    """Accuracy at `facet` with `labels` for each class, fine-tuning `seconds` long, four times for each of `draws` draws of
    the labelled clips. As a facet "tag:NAME" tells the clips that carry a tag from those that don't; see training/data/tags.py.

    {"trained": {"fine_tuned", "probe"}, "random_init": {…}, "std": {"trained": {…}, "random_init": {…}}, "chance", "classes",
    "left_out", "halves": [{"labelled_sources", "measured_sources", "labelled_clips", "measured_clips"}, …], …}: means over the
    draws, and beside them the standard deviations (n − 1), which are None of one draw. Raises UserError where the data has no
    such facet, where no source can be held out, and where there are too few labels.
    """
    if labels < 1 or not seconds > 0 or draws < 1:
        raise UserError(
            f"{labels} labels, {seconds:g} seconds and {draws} draws were asked for, but all must be above 0."
        )
    run.check_trained_here()
    config = RunConfig.from_json(run.config())
    embedder = Embedder(run, step)
    dataset = open_dataset(
        config.data, window_seconds=config.window_seconds, progress=progress, fingerprint=config.data_fingerprint
    )
    if facet.startswith(FACET) and facet not in dataset.facets:
        dataset = with_tag(dataset, facet, *read_tags())
        facet = list(dataset.facets)[-1]
    given = source_split(dataset, facet, labels, config.seed, draws)
    device = hardware(config.device).device
    heard = embedder.method
    front_end = None if heard.encoder.domain == "waveform" else heard.augment.front_end
    store = clip_store(dataset, front_end, device, progress)
    means, stds = {}, {}
    for number, name in enumerate(("trained", "random_init")):
        progress(number / 2, f"Fine-tuning from {'what the run learned' if number == 0 else 'random weights'}")
        if name == "random_init":
            embedder.reinitialise()
        method = embedder.method.to(device)
        scores = _scores(method, store, given, seconds, config.seed)
        means[name] = {score: float(np.mean(drawn)) for score, drawn in scores.items()}
        stds[name] = {score: float(np.std(drawn, ddof=1)) if draws > 1 else None for score, drawn in scores.items()}
    progress(1.0, "Fine-tuned")
    return {
        "run": run.name,
        "step": embedder.step,
        "data": config.data,
        "facet": facet,
        "labels": labels,
        "seconds": seconds,
        "draws": draws,
        **given.to_json(dataset),
        **means,
        "std": stds,
    }


def fine_tuned(
    method: Method, store: ClipStore, clips: Tensor, targets: Tensor, classes: int, seconds: float, seed: int
) -> nn.Linear:
    """Train all of `method` and a new classifier upon it, which is returned, on light views of clips (n,) int64."""
    device, light = clips.device, _light(method)
    torch.manual_seed(seed)
    width = method.eval().fine_tuned_from(torch.zeros(1, method.encoder.width, device=device)).shape[1]
    classifier = nn.Linear(width, classes).to(device)
    learning = [p for p in (*method.parameters(), *classifier.parameters()) if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=LEARNING_RATE)
    generator = Generator(device).manual_seed(seed)
    method.train()
    pace = Pace(device)
    started = time.perf_counter()
    while (done := (time.perf_counter() - started) / seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 + math.cos(math.pi * done)) / 2
        chosen = torch.randint(len(clips), (min(BATCH, len(clips)),), generator=generator, device=device)
        batch = store.batch(clips[chosen], {})
        view = light.one(batch.audio, batch.lengths, generator)
        logits = classifier(method.fine_tuned_from(method.embed(view)))
        functional.cross_entropy(logits.float(), targets[chosen]).backward()
        optimizer.step()
        optimizer.zero_grad()
        pace.keep()
    method.eval()
    return classifier


def _scores(method: Method, store: ClipStore, given: SourceSplit, seconds: float, seed: int) -> dict[str, list[float]]:
    """Accuracy of fine-tuning and of the linear probe for each draw, over the measured clips of both ways round."""
    device, targets = store.device, given.targets
    clips, known = (torch.from_numpy(one).to(device) for one in (given.clips, targets))
    h = embed_clips(method, store, clips).cpu().numpy().astype(np.float64)
    found: dict[str, list[float]] = {"fine_tuned": [], "probe": []}
    for draw, ways in enumerate(given.draws):
        right = dict.fromkeys(found, 0)
        for way in ways:
            probed = fit_predict(h[way.labelled], targets[way.labelled], h[way.measured])
            right["probe"] += int((probed == targets[way.measured]).sum())
            # `to` puts a recurrent network's weights in one piece again, which a copy's are not and cuDNN wants.
            own, labelled = copy.deepcopy(method).to(device), torch.from_numpy(way.labelled).to(device)
            classes = int(targets.max()) + 1
            classifier = fine_tuned(own, store, clips[labelled], known[labelled], classes, seconds, seed + draw)
            measured = torch.from_numpy(way.measured).to(device)
            with torch.no_grad():
                said = classifier(own.fine_tuned_from(embed_clips(own, store, clips[measured]))).argmax(1)
            right["fine_tuned"] += int((said == known[measured]).sum())
        asked = sum(len(way.measured) for way in ways)
        for name, count in right.items():
            found[name].append(count / asked)
    return found


def _light(method: Method) -> Any:
    """The views of the run's domain and length, with few and weak changes whatever the run's own are."""
    settings = method.augment.settings
    return replace(method.augment, settings=type(settings)(crop_seconds=settings.crop_seconds, **LIGHT_VIEWS))
