"""Jigsaw: pieces of a clip in a wrong order; say which order it is.

Paper:   Noroozi and Favaro 2016, arXiv 1603.09246, sections 3 and 4; audio: Carr et al. 2021, arXiv 2103.09879
Differs: 1. Pieces are cut along time alone: 4 of them instead of 3 x 3. 2. They are cut in proportion to each clip's
         own frames and drawn out to one length, so that short clips give slow pieces and none holds silence. 3. Batch
         statistics are taken over all pieces of all clips together, in which no order shows. 4. Orders are
         classified, as in the first paper; the second one ranks the pieces instead. 5. With 4 pieces the 24 orders
         are all there are; of more pieces those far apart are chosen. 6. Recurrent layers over time by default
         instead of AlexNet. 7. AdamW and a cosine schedule instead of SGD. 8. Views are stretched in time, by which no
         order is told: of white noise a linear reader names 8.1 % of the pairs of places then, and chance is 8.3 %.
Shapes:  B clips, F mel bands, N pieces, W frames of a piece, K orders, D encoder width, C numbers of a code.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task, accuracy
from training.methods.puzzle import Puzzle
from training.run.schema import Picture
from training.settings import setting
from training.views.pieces import far_apart_orders, shuffled

SHOWN = 32
"""Clips whose guesses are shown."""


@dataclass(frozen=True)
class Settings:
    """Settings of the jigsaw."""

    pieces: int = setting(4, "Pieces that a clip is cut into.", low=2, high=9)
    orders: int = setting(24, "Orders that may occur, chosen to be far apart.", low=2, high=256)
    piece_gap: float = setting(
        0.2,
        "Share of each piece's place that is left out, so that edges don't fit together.",
        low=0.0,
        high=0.8,
        unit="share",
    )
    code_width: int = setting(64, "Numbers that the encoder gives for a piece.", low=4, high=1024, scale="log")
    guess_width: int = setting(256, "Width inside the network that names the order.", low=8, high=4096, scale="log")


class Jigsaw(Puzzle):
    """Each shuffled piece is encoded alone; the codes side by side must tell the order."""

    Config = Settings
    orders: Tensor
    card = Card(
        title="Jigsaw",
        family="auto-encoding",
        year=2016,
        paper="Noroozi and Favaro, Unsupervised Learning of Visual Representations by Solving Jigsaw Puzzles, arXiv "
        "1603.09246; for sound: Carr et al., arXiv 2103.09879",
        summary="A clip is cut into pieces, the pieces are shuffled, and the model must say how. It hears each piece for "
        "itself and compares only what it says of them. To put them right it must know the course of a sound: how it "
        "begins, goes on and ends.",
        formula=r"\mathcal{L} = -\log p\big(\pi \mid f(x_{\pi(1)}), \dots, f(x_{\pi(N)})\big)",
        symbols={
            r"x_1, \dots, x_N": "the pieces of a clip",
            r"\pi": "the order in which they are heard",
            "f": "the encoder with what squeezes its output, on each piece alone",
            "p": "how likely a classifier finds this order",
        },
        negatives=False,
        prevents_collapse="The orders differ: with one code for all pieces none could be told from another.",
        breaks="Where pieces touch, or keep their loudness, their edges and levels give the order away, and nothing of the "
        "sound is learned. Steady sounds have no order.",
        flow=Flow((("clip", "pieces", "encoder", "classifier"), ("order",)), loss="which order it is"),
        suits=Suits("content", "probe", "To order the pieces of a word it must know which sounds follow each other."),
    )
    pictures = (
        Picture(
            "places",
            "Where pieces are put",
            "Each row is a place from which pieces came, each column the place to which they were put: bright on the "
            "diagonal means that they were put back right.",
            "matrix",
            rows="true places",
            columns="guessed places",
            low=0.0,
            high=1.0,
            shows="shares",
        ),
        Picture(
            "guesses",
            "Guessed orders",
            "Each row is a clip, each column an order; bright is what was guessed, after the true order was taken away "
            "from it: the first column should be the bright one.",
            "matrix",
            rows="clips",
            columns="orders, the true one first",
            low=0.0,
            high=1.0,
            shows="shares",
        ),
    )
    parts = (accuracy("How often the order of the shuffled pieces is named rightly."),)
    answer, answers = "order", "orders"

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        orders = far_apart_orders(config.pieces, config.orders)
        super().__init__(encoder, config, task, places=config.pieces, heard=config.pieces, answers=len(orders))
        self.register_buffer("orders", orders.clone())

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Shuffled, levelled pieces (B, N, F, W), and which of the orders they are in (B,)."""
        parts = self.cut(batch, generator)
        order = torch.randint(len(self.orders), (len(parts),), generator=generator, device=parts.device)
        return {"pieces": shuffled(parts, self.orders[order]), "order": order}

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """To which places the pieces of each place were put, and the guesses of the first clips."""
        guessed, order = self.scores(views["pieces"]).softmax(1), views["order"]  # (B, K)
        return {"places": places(guessed, order, self.orders), "guesses": true_first(guessed, order)[:SHOWN]}


def places(guessed: Tensor, order: Tensor, orders: Tensor) -> Tensor:
    """(N, N): how much of the pieces from place i was put to place j, by guesses (B, K) of the true `order` (B,).

    A guessed order k says that the piece now at place s came from place orders[k, s].
    """
    count = orders.shape[1]
    said = functional.one_hot(orders, count).to(guessed.dtype)  # (K, N now, N put)
    put = torch.einsum("bk,ksj->bsj", guessed, said)  # (B, N now, N put)
    true = functional.one_hot(orders[order], count).to(guessed.dtype)  # (B, N now, N from)
    return torch.einsum("bsi,bsj->ij", true, put) / len(guessed)


def true_first(guessed: Tensor, order: Tensor) -> Tensor:
    """Each row of (B, K) turned round so that its true order stands first."""
    at = torch.arange(guessed.shape[1], device=guessed.device) + order[:, None]
    return guessed.gather(1, at % guessed.shape[1])
