"""What the server does for its pages, handed to them as one value."""

from dataclasses import dataclass

from explorer.jobs.exports import Exports
from explorer.jobs.launcher import Launcher
from explorer.measurer.knowing import Knowing
from explorer.runs.library import Library
from explorer.search.finder import Finder
from explorer.sounds.downloads import Downloads
from explorer.sounds.pairs import Pairs
from explorer.sounds.uploads import Uploads
from explorer.tags import TagStore


@dataclass(frozen=True)
class Services:
    """One of each, shared by all visitors."""

    library: Library
    launcher: Launcher
    uploads: Uploads
    finder: Finder
    downloads: Downloads
    pairs: Pairs
    exports: tuple[Exports, ...] = ()
    """One for each kind of file; none where visitors may only look."""
    tags: TagStore | None = None
    """None where browsers keep their own, since visitors may only look."""
    knowing: Knowing | None = None
    """None where visitors may only look."""

    def close(self) -> None:
        """Let go of everything but the trainers, which go on."""
        self.launcher.close()
        self.finder.close()
        self.downloads.close()
        for exports in self.exports:
            exports.close()
        if self.knowing is not None:
            self.knowing.close()
        self.pairs.close()
        self.uploads.close()
        self.library.open_datasets.close()
