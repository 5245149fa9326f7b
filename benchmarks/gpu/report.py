"""What was found, as gpu.json and as a table that can be read, both written anew with every row."""

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import torchaudio

from training.config import git_revision
from training.hardware import Hardware

TITLES = {
    "numbers": "The same numbers as the reference",
    "trains": "It trains",
    "learns": "It learns",
    "speed": "Speed",
}
"""The parts, in the order of their worth."""


class Report:
    """Rows of each part; a row is a dict with "name", "ok" (True, False or None: not judged) and "reason"."""

    def __init__(self, out: Path, machine: Hardware, about: Mapping[str, Any]):
        self._out = out
        self.found: dict[str, Any] = {**machine_values(machine), **about, "parts": {}}

    def begin(self, part: str) -> None:
        """Forget what was found of a part before."""
        self.found["parts"][part] = {"complete": False, "rows": []}
        self.write()

    def add(self, part: str, row: Mapping[str, Any]) -> None:
        """Keep and print a row."""
        self.found["parts"][part]["rows"].append(dict(row))
        sign = {True: "ok", False: "WRONG", None: "–"}[row["ok"]]
        print(f"{part:8} {sign:6} {row['name']:28} {figures(row)} {row['reason']}".rstrip(), flush=True)
        self.write()

    def end(self, part: str, seconds: float) -> None:
        """The part has come to its end."""
        self.found["parts"][part].update(complete=True, seconds=round(seconds, 1))
        self.write()

    @property
    def wrong(self) -> list[str]:
        """Names of the rows that are wrong."""
        parts = self.found["parts"].items()
        return [f"{part}: {row['name']}" for part, found in parts for row in found["rows"] if row["ok"] is False]

    def write(self) -> None:
        """Both files, each replaced whole."""
        self._out.mkdir(parents=True, exist_ok=True)
        for name, text in (("gpu.json", json.dumps(self.found, indent=1) + "\n"), ("gpu.md", markdown(self.found))):
            part = self._out / f".{name}.part"
            part.write_text(text)
            os.replace(part, self._out / name)


def machine_values(machine: Hardware) -> dict[str, Any]:
    """The device's name and all versions that matter."""
    on_gpu = machine.device.type == "cuda"
    return {
        "device": machine.name,
        "kind": machine.device.type,
        "versions": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "torchaudio": str(torchaudio.__version__),
            "cuda": torch.version.cuda if on_gpu else None,
            "cudnn": torch.backends.cudnn.version() if on_gpu else None,
        },
        "git_revision": git_revision(),
    }


def figures(row: Mapping[str, Any]) -> str:
    """A row's numbers in a line."""
    shown = {k: v for k, v in row.items() if k not in ("name", "ok", "reason") and isinstance(v, int | float)}
    return "  ".join(f"{name} {value:.4g}" for name, value in shown.items())


def markdown(found: Mapping[str, Any]) -> str:
    """The whole report as a document."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items() if version)
    lines = [
        f"# {found['device']}",
        "",
        f"`python -m benchmarks.gpu`, {found['minutes']:g} minutes, {found['clips']}; {versions}; "
        f"revision {found['git_revision']}.",
    ]
    for part, title in TITLES.items():
        if part in found["parts"]:
            lines += ["", f"## {title}", "", *_table(found["parts"][part])]
    return "\n".join(lines) + "\n"


def _table(part: Mapping[str, Any]) -> list[str]:
    rows = part["rows"]
    columns = list(dict.fromkeys(k for row in rows for k in row if k not in ("ok", "reason")))
    lines = ["| " + " | ".join([*columns, "", "reason"]) + " |", "|---" * (len(columns) + 2) + "|"]
    for row in rows:
        sign = {True: "ok", False: "**wrong**", None: ""}[row["ok"]]
        lines.append("| " + " | ".join([*(_cell(row.get(c)) for c in columns), sign, row["reason"]]) + " |")
    if not part["complete"]:
        lines += ["", "This part was cut: its time was used up, or it is still at work."]
    return lines


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list):
        return ", ".join(_cell(v) for v in value)
    return "" if value is None else str(value).replace("|", "/")
