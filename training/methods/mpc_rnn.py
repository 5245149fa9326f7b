"""Masked predictive coding with a bi-directional recurrent network in place of the Transformer.

Paper:   Wang et al. 2020, arXiv 2001.10603, section 2
Differs: 1. One layer of GRU in each direction instead of several of LSTM. 2. The difference is absolute, as in MPC,
         and not squared. 3. Of the frames 40 % are hidden, in chunks of 120 ms, as in our MPC. 4. Bands of frequency are
         hidden where `band_part` asks for it, and not by default: digits are told no better then (.609 with 30 %, .622
         without, after 500 steps). 5. AdamW and a cosine schedule.
Shapes:  B clips, F mel bands, V view frames, C chunks of a view, U = V / s encoder frames of stride s, D encoder width.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from training.methods.flow import Flow
from training.methods.method import Card, Suits
from training.methods.mpc import MPC


class MPCRNN(MPC):
    """One network listens from the start and one from the end; what both know around a hole says what it held."""

    encoders = ("bi_gru",)
    shares: ClassVar[tuple[float, float]] = (1.0, 0.0)  # what is hidden becomes zero, always
    run_defaults: ClassVar[Mapping[str, Any]] = {
        **MPC.run_defaults, "learning_rate": 3e-3, "views": {**MPC.run_defaults["views"], "crop_seconds": 0.64},
    }  # fmt: skip
    card = Card(
        title="Masked predictive coding, recurrent",
        family="auto-encoding",
        year=2020,
        paper="Wang et al., Unsupervised Pre-training of Bidirectional Speech Encoders via Masked Reconstruction, "
        "arXiv 2001.10603",
        summary="As in MPC, stretches of the spectrogram are hidden and the model says what was there. Here it is not attention "
        "that looks around, but two recurrent networks: one reads up to the hole from the start, one from the end. Each "
        "remembers what it heard last best, so that what is near a hole counts most, without having to be learned.",
        formula=r"\mathcal{L} = \frac{1}{|M|} \sum_{(f, t) \in M} \Big| x_{f,t} - w_f \big[\overrightarrow{h}_t, "
        r"\overleftarrow{h}_t\big] - b_f \Big|",
        symbols={
            "x_{f,t}": "what the spectrogram holds at band f and frame t",
            r"\overrightarrow{h}_t, \overleftarrow{h}_t": "states at t of the networks that read from the start and the end",
            "w_f, b_f": "a learned vector and number for each band",
            "M": "what was hidden, and |M| how much that is",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself, which doesn't collapse: one answer for all would be a bad one.",
        breaks="Where single frames are hidden, the neighbours give them away; in long holes both networks have forgotten what "
        "was there before, and the average spectrum is predicted.",
        flow=Flow(
            (("clip", "view", "masked", "encoder", "context", "decoder"), ("clip", "view", "frames")),
            loss="absolute difference where hidden",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "A hole is filled by knowing which sound it interrupts: clips in which the same sounds lead to each other come "
            "to lie together.",
        ),
    )
