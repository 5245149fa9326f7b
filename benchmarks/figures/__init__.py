"""Writes the figures of README.md and docs/ anew from benchmarks/results/.

    python -m benchmarks.figures

A page marks where a block of figures begins, <!-- figures: NAME -->, and ends, <!-- end -->; what lies between is written
here, never by hand.
"""

import re
from collections.abc import Callable

from benchmarks.figures import growth, judgements, page, quality, shortcuts, throughput, training
from benchmarks.figures.tables import RESULTS
from training.process import PROJECT

PAGES = (
    PROJECT / "README.md",
    PROJECT / "docs" / "benchmarks.md",
    PROJECT / "docs" / "verdicts.md",
    PROJECT / "docs" / "devices.md",
    PROJECT / "docs" / "knowledge.md",
)
BLOCK = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
BLOCKS: dict[str, Callable[[], str]] = {
    "default-run": training.default_run,
    "page": page.page,
    "beside-page": page.beside_page,
    "catalogue": training.catalogue,
    "sizes": training.sizes,
    "devices": training.devices,
    "visitors": page.visitors,
    "beside-visitors": page.beside_visitors,
    "arrivals": page.arrivals,
    "growth": growth.growth,
    "search": growth.search,
    "quality": quality.quality,
    "throughput": throughput.throughput,
    "suspects": judgements.suspects,
    "drills": page.drills,
    "verdicts": judgements.verdicts,
    "verdicts-held-out": judgements.verdicts_held_out,
    "trust": judgements.trust,
    "shortcuts": shortcuts.shortcuts,
}
"""Name of a block → its text."""
PICTURES: dict[str, Callable[[], str]] = {"trust.svg": judgements.trust_picture, "growth.svg": growth.growth_picture}
"""File in benchmarks/results/ → what it holds."""


def main() -> None:
    """Rewrite the pages and the pictures."""
    for name, picture in PICTURES.items():
        (RESULTS / name).write_text(picture())
    for path in PAGES:
        path.write_text(with_figures(path.read_text()))


def with_figures(text: str) -> str:
    """The page with each marked block as the results say it now. Raises KeyError for a block that nobody writes."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{BLOCKS[block[2]]()}\n\n{block[3]}", text)
