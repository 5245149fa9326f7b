"""Which runs there are, and whether the sounds they were trained on are at hand."""

import os
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePath
from typing import Any

from explorer.runs.cached import config_of, is_newer, is_watched, status_of, twin_words
from explorer.runs.method_titles import method_title
from explorer.runs.points import Points, points
from explorer.runs.relabelled import relabelled
from explorer.sounds.open_datasets import OpenDatasets, StillOpening, built_in
from training.changed import breaks_of
from training.data import STARTER
from training.data.dataset import Dataset
from training.data.names import readable_name
from training.run import RunFolder, Status
from training.run.example import EXAMPLE

NOT_MEASURED = "The clips of this run can be heard once it is measured, which takes some seconds."
MOST_REMARKS = 100


@dataclass(frozen=True)
class RunSummary:
    """One line in the list of runs."""

    name: str
    """What the page and the byte routes call it."""
    method: str
    data: str
    breaks: tuple[str, ...]
    """Parts of the method that were taken out."""
    created: str
    status: Status
    read_only: bool
    """It came with the project, or a newer version wrote it."""
    twin: str = ""
    """What tells it from the run that it is trained beside, in words."""

    @property
    def title(self) -> str:
        """What it is called where nobody named it: method, and without which parts; its folder where that is unknown."""
        if not self.method:
            return readable_name(self.name)
        without = f" without {', '.join(self.breaks)}".replace("_", " ") if self.breaks else ""
        return readable_name(method_title(self.method) + without + self.twin)

    @property
    def described(self) -> str:
        """Title and data, for whoever sees this run alone."""
        return " · ".join(part for part in (self.title, self.data_name) if part)

    @property
    def data_name(self) -> str:
        """The data in short: of a path its last part."""
        return readable_name(PurePath(self.data).name)


@dataclass(frozen=True)
class Sounds:
    """The data set of a run, where it is at hand, and a plain sentence where it isn't."""

    dataset: Dataset | None
    note: str = ""
    one_by_one: Dataset | None = None
    """What single clips can be had from: the data set, or the built-in one while it is being made."""
    opening: bool = False
    """Whether it is only not at hand yet."""

    def audible(self) -> dict[str, Any]:
        """Whether single clips can be heard, and why not, for the page."""
        heard = self.one_by_one is not None
        return {"sounds": heard, "note": "" if heard else self.note}


class Library:
    """Looks runs up by name. Names from outside are compared with what is there and never become part of a path."""

    def __init__(
        self, root: Path, example: Path | None = None, open_datasets: OpenDatasets | None = None, data: str = ""
    ):
        """`root`: the folder of the runs, which need not exist yet; `example`: the run that comes with the project; `data`: what
        is offered first, where it is the user's own.
        """
        self.root = Path(root)
        self._data = data
        self._remarks: dict[tuple[Path, str, str], str] = {}
        """By run, its data and that of today: each open page asks every second."""
        self.open_datasets = open_datasets or OpenDatasets()
        self._example = example

    def runs(self) -> dict[str, RunFolder]:
        """Every run by its name, newest first, the example last."""
        found = {name: run for name, run in self._folders().items() if run.exists()}
        newest_first = sorted(found, key=lambda name: (_text(config_of(found[name]), "created"), name), reverse=True)
        listed = {name: found[name] for name in newest_first}
        if self._example is not None and RunFolder(self._example).exists():
            listed.setdefault(EXAMPLE, RunFolder(self._example))
        return listed

    def run(self, name: str) -> RunFolder | None:
        """The run of that name, or None."""
        run = self._folders().get(name)
        if run is None and name == EXAMPLE and self._example is not None:
            run = RunFolder(self._example)
        return run if run is not None and run.exists() else None

    def read_only(self, name: str) -> bool:
        """Whether nothing may be asked of this run: it is the example, or a newer version wrote it."""
        run = self.run(name)
        return run is None or run.path == self._example or run.is_newer()

    def summaries(self) -> list[RunSummary]:
        """Every run in words, in the order of `runs`, whatever state its folder is in."""
        return [self.summary(name, run) for name, run in self.runs().items()]

    def summary(self, name: str, run: RunFolder) -> RunSummary:
        """One of `runs` in words."""
        config = config_of(run)
        return RunSummary(
            name=name,
            method=_text(config, "method"),
            data=points(run).data_name or _text(config, "data"),
            created=_text(config, "created"),
            breaks=breaks_of(config),
            status=status_of(run),
            read_only=run.path == self._example or is_newer(run),
            twin=twin_words(run),
        )

    def references(self) -> list[str]:
        """The data that the runs name, as they name it, each once: that of the newest run first."""
        return list(dict.fromkeys(_text(config_of(run), "data") for run in self.runs().values()))

    def latest(self) -> str | None:
        """The run to show when nobody chose one: the one at work, else the newest that has something to show, first of those on
        the user's own data.
        """
        runs = self.runs()
        at_work = (name for name, run in runs.items() if status_of(run).active)
        shown = [name for name, run in runs.items() if run.snapshots()]
        own = (name for name in shown if self._data and _text(config_of(runs[name]), "data") == self._data)
        return next(chain(at_work, own, shown, runs), None)

    def sounds(self, run: RunFolder) -> Sounds:
        """The sounds that the run's points stand for, if exactly these are on this machine."""
        about = points(run)
        named = f" (“{about.data_name}”)" if about.data_name else ""
        if not about.fingerprint and is_watched(run):
            return Sounds(None, about.note or NOT_MEASURED)
        if not about.fingerprint:
            return Sounds(None, "This run does not say yet which sounds it is trained on.")
        try:
            dataset = self.open_datasets.dataset(about.fingerprint)
        except StillOpening:
            return Sounds(None, f"The sounds of this run{named} are being opened.", opening=True)
        if dataset is None:
            if about.fingerprint == built_in():
                self.open_datasets.open(STARTER)  # made in seconds: no reason to say that it is not here
            opening = self.open_datasets.known(about.reference)
            one_by_one = self.open_datasets.one_by_one(about.fingerprint)
            return Sounds(
                None, self._why_missing(about, named), one_by_one, opening=opening is not None and not opening.done
            )
        if not all(0 <= clip < len(dataset) for clip in about.clips):
            return Sounds(None, f"This run names clips that its data{named} does not hold, so they cannot be played.")
        return Sounds(dataset, one_by_one=dataset)

    def remark(self, run: RunFolder) -> str:
        """What should be known of a run beside its state: its labels are not today's, where its data was opened here anew."""
        about, window = points(run), config_of(run).get("window_seconds")
        if not about.fingerprint or not isinstance(window, int | float):
            return ""
        opening = self.open_datasets.known(about.reference, window)
        today = None if opening is None else opening.dataset
        if today is None or today.fingerprint == about.fingerprint:
            return ""
        key = (run.path, about.fingerprint, today.fingerprint)
        found = self._remarks.get(key)
        if found is None:
            found = relabelled(about, today)
            self._remarks = {**dict(list(self._remarks.items())[-MOST_REMARKS:]), key: found}
        return found

    def _why_missing(self, about: Points, named: str) -> str:
        opening = self.open_datasets.known(about.reference)
        if opening is not None and not opening.done:
            return opening.text
        if opening is not None and opening.dataset is not None:
            return (
                f"The sounds of this run{named} differ from those on this machine, so its clips cannot be played: "
                f"it was trained on version {about.fingerprint[:8]}, here is {opening.dataset.fingerprint[:8]}."
            )
        if os.path.isdir(about.reference):
            # The cache was cleared, or is another one. A run may come from elsewhere, so no path that it names is opened unasked.
            return f"The sounds of this run{named} are not open: choose them as data, under Edit, to play its clips."
        return f"The sounds of this run{named} are not on this machine, so its clips cannot be played."

    def _folders(self) -> dict[str, RunFolder]:
        try:
            names = os.listdir(self.root)
        except OSError:
            return {}
        shown = {os.fsencode(name).decode("utf-8", "replace"): name for name in names if not name.startswith(".")}
        return {word: RunFolder(self.root / name) for word, name in shown.items()}


def _text(config: dict[str, Any], key: str) -> str:
    value = config.get(key, "")
    return value if isinstance(value, str) else ""
