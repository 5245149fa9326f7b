"""Who feeds whom in a method, as data: the diagrams of the page Methods and of docs/methods.md are drawn from it."""

from dataclasses import dataclass

STATIONS = {
    # what comes in
    "clip": "the whole recording",
    "view": "a changed copy of the clip",
    "large crop": "a view of most of the clip",
    "small crop": "a view of a short part of the clip",
    "segment": "a stretch of the recording",
    "pieces": "parts of the clip, out of order",
    "corrupted": "the clip with parts of it spoiled",
    "masked": "the clip with parts of it hidden",
    "frames": "frames of the spectrogram",
    "patches": "rectangles of the spectrogram",
    "waveform": "the samples themselves",
    "spectrogram": "the mel spectrogram",
    "caption": "the words beside the sound",
    "picture": "the picture beside the sound",
    # what it goes through
    "encoder": "learned; what is kept in the end",
    "slow encoder": "follows the encoder slowly, by a moving average",
    "second encoder": "another network, learned too",
    "text encoder": "learned; words to a vector",
    "picture encoder": "learned; a picture to a vector",
    "context": "learned; sums up what was heard so far",
    "projector": "learned; a small network after the encoder",
    "slow projector": "follows the projector slowly",
    "predictor": "learned; on one side only",
    "bottleneck": "learned; a few numbers, through which all must pass",
    "decoder": "learned; back to sound",
    "classifier": "learned; names a class",
    "quantiser": "learned; snaps to the nearest of a few codes",
    "random quantiser": "drawn once and never learned; snaps to the nearest of a few codes",
    "critic": "learned; scores whether two things belong together",
    "prototypes": "learned; one vector for each cluster",
    "average": "the mean over layers or frames",
    # what it is compared with
    "stop-gradient": "nothing is learned through here",
    "queue": "projections of earlier batches",
    "memory bank": "one remembered vector for each clip",
    "k-means": "clusters of all clips, found anew",
    "equal shares": "Sinkhorn: every prototype gets the same share",
    "centring": "the running mean is taken away",
    "other clips": "the rest of the batch",
    "order": "the true order or place of the parts",
    "time apart": "the true time between the parts",
}
"""Every station there is, with what it means."""


@dataclass(frozen=True)
class Flow:
    """Branches of stations, each from what comes in to the loss, where all branches meet.

    A slow station follows the one of the same name in another branch; the diagram draws that by itself.
    """

    branches: tuple[tuple[str, ...], ...]
    loss: str
    """What is done where they meet, in two to five words: "cosine distance", "which belongs to which"."""
