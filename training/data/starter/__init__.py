"""The built-in set of sounds: instruments, spoken words and environment, made here and never recorded.

`recipe` is the table of all classes; `docs/sounds.md` says how each is made.
"""

import hashlib
from importlib.metadata import PackageNotFoundError, version

from training.data.starter.making import Writer, make
from training.data.starter.recipe import CLASSES, RECIPE_VERSION
from training.errors import UserError

__all__ = ["CLASSES", "RECIPE_VERSION", "Writer", "fingerprint", "make"]

RENDERERS = ("pretty_midi", "midirenderer", "espeakng-loader")
"""Packages that decide how the clips sound."""


def fingerprint() -> str:
    """Hash of the recipe's version and of the renderers' versions. Raises UserError when one is not installed."""
    try:
        parts = [f"starter-{RECIPE_VERSION}"] + [f"{name}={version(name)}" for name in RENDERERS]
    except PackageNotFoundError as fault:
        raise UserError(
            f"The package {fault.name}, which renders built-in sounds, is not installed; "
            "install it with: pip install -r requirements.txt."
        ) from None
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
