"""Every method there is, by family. A method is added by its file and one line here."""

from training.methods.byol import BYOL
from training.methods.method import Method
from training.methods.simclr import SimCLR

METHODS: dict[str, type[Method]] = {
    # contrastive
    "simclr": SimCLR,
    # Siamese, no negatives
    "byol": BYOL,
}
