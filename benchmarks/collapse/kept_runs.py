"""Reads what `benchmarks.collapse.runs` has kept."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.collapse.kept import PROBES, STAGES
from benchmarks.collapse.runs import HEALTHY, VARIED, cases, variations
from training.measures.measure import PREFIX
from training.methods import METHODS
from training.run import RunFolder, current_rows
from training.verdicts.readings import SNAPSHOT

NAME = re.compile(r"([a-z0-9_]+)-(\w+)-(.+)-(\d+)")
"""As `Case.folder` makes it."""


@dataclass(frozen=True)
class Kept:
    """One run: what was wrong with it, on which data, with which seed."""

    path: Path
    method: str
    case: str
    data: str
    seed: int

    @property
    def healthy(self) -> bool:
        """Whether nothing was wrong, and all as the method has it."""
        return self.case == HEALTHY

    @property
    def varied(self) -> bool:
        """Whether nothing was wrong, with other settings than the method's."""
        return self.case.startswith(VARIED)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Of metrics.jsonl."""
        lines = (self.path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        return current_rows([json.loads(line) for line in lines])

    @cached_property
    def snapshots(self) -> dict[int, dict[str, float]]:
        """By step, the measures without their prefix."""
        return {
            row["step"]: {k.removeprefix(PREFIX): v for k, v in row.items() if k.startswith(PREFIX) and v is not None}
            for row in self.rows
            if SNAPSHOT in row
        }

    @cached_property
    def baselines(self) -> dict[str, Any]:
        """baselines.json."""
        return RunFolder(self.path).baselines()

    @cached_property
    def config(self) -> dict[str, Any]:
        """config.json."""
        return RunFolder(self.path).config()

    @cached_property
    def probes(self) -> dict[int, float]:
        """Accuracy of the linear probe by step, where it was kept."""
        path = self.path / PROBES
        return {int(step): value for step, value in json.loads(path.read_text()).items()} if path.exists() else {}

    @cached_property
    def thorough(self) -> dict[int, dict[str, dict[str, float]]]:
        """The thorough measures by step and stage ("encoder", "projector" …), as far as they were kept."""
        path = self.path / STAGES
        found = {int(step): told for step, told in json.loads(path.read_text()).items()} if path.exists() else {}
        for path in sorted((self.path / "measures").glob("*.json")):
            row = json.loads(path.read_text())
            found[row["step"]] = {each["stage"]: each["measures"] for each in row["stages"]}
        return found


def kept_runs(root: Path) -> list[Kept]:
    """All that are complete, by name; other runs are passed over. Ends the program with one sentence where there is none."""
    found = list(_kept(root)) if root.is_dir() else []
    if not found:
        sys.exit(f"{root} holds no run that benchmarks.collapse.runs has kept; its --out was expected.")
    return found


def _kept(root: Path) -> Iterator[Kept]:
    for path in sorted(root.iterdir()):
        named = NAME.fullmatch(path.name)
        if named is None or not (path / "status.json").exists():
            continue
        method, case, data, seed = named.groups()
        if method in METHODS and case in {known.name for known in (*cases(method), *variations(method))}:
            yield Kept(path, method, case, data, int(seed))
