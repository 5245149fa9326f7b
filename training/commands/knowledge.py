"""The command about what a model has learned beyond its measures: labels, shortcuts, invariance."""

import argparse
from typing import Any

from training.commands.arguments import Commands, command
from training.commands.output import print_json, progress_line
from training.commands.runs import named_run
from training.knowledge.kept import UNTRAINED
from training.run.example import EXAMPLE_FOLDER
from training.run.schema import BASELINES
from training.units import counted


def add_commands(commands: Commands) -> None:
    """Declare `knows`."""
    command(
        commands, "knows", knows, "say what a run's model knows of labels, what it may listen to instead, what it ignores",
        "run", "json",
    )  # fmt: skip


def knows(options: argparse.Namespace) -> None:
    """Compute it and keep it in the run's folder, which the page shows; say what is kept of the example."""
    from training.knowledge.kept import PARTS, kept
    from training.knowledge.knowing import know

    run = named_run(options, reading=True)
    if run.path == EXAMPLE_FOLDER:
        found = {part: part_kept for part in PARTS if (part_kept := kept(run, part))}
    else:
        found = know(run, progress_line())
    if options.json:
        print_json({"run": run.name, **found})
        return
    facets, shortcuts, profile = found.values()
    print(f"{run.name}, step {facets['step']}, {_asked(facets['clips'])}\n")
    for lines in (_facets(facets), _shortcuts(shortcuts), _profile(profile)):
        print("\n".join([*lines, ""]))


def _asked(clips: int) -> str:
    """On which clips it was measured."""
    from training.knowledge.facets import PROBE_CLIPS

    probed = f"{PROBE_CLIPS:,} of these" if clips > PROBE_CLIPS else "all of these"
    return f"the {counted(clips, 'clip')} of its own snapshots; the linear probe asks {probed}"


def _facets(part: dict[str, Any]) -> list[str]:
    titles = {**BASELINES, "random_init": "random init"}  # as wide as its column
    head = ["now", *(titles[name] for name in UNTRAINED), titles["chance"]]
    lines = [_row("share right: kNN / probe", head, 16)] if part["facets"] else []
    for one in part["facets"]:
        pairs = [[one[kind]["values"][-1] if one[kind]["values"] else None for kind in ("knn", "probe")]]
        pairs += [[one["baselines"][name][kind] for kind in ("knn", "probe")] for name in UNTRAINED]
        told = [" / ".join(_share(value) for value in pair) for pair in pairs]
        lines.append(_row(one["facet"], [*told, _share(one["chance"])], 16))
    return lines + _note(part)


def _shortcuts(part: dict[str, Any]) -> list[str]:
    if not part["steps"]:
        return _note(part)
    shown = sorted({0, len(part["steps"]) - 1})  # before training and now, which an imported run has as one
    lines = [
        _row(
            "agreement of neighbours", [*(f"step {part['steps'][i]}" for i in shown), part["label"], "association"], 14
        )
    ]
    lines.append(_row(part["label"], [_share(part["agreement"][i]) for i in shown], 14))
    for one in part["candidates"]:
        values = (*(one["agreement"][i] for i in shown), one["label"], one["association"])
        lines.append(_row(one["name"], [_share(value) for value in values], 14))
    return [*lines, *part["sentences"], *_note(part)]


def _profile(part: dict[str, Any]) -> list[str]:
    if not part["augmentations"]:
        return _note(part)
    lines = [_row("similarity to the original", ["the run's own", "now", "random init", "judged", "useful"], 18)]
    for one in part["augmentations"]:
        own, said = one["own"], [word or f"{x:g}" for word, x in zip(one["said"], one["strengths"], strict=True)]
        useful = [word for word, judged in zip(said, one["judged"], strict=True) if judged == "useful"]
        alike = [f"{one['similarity'][model][own]:.2f}" for model in ("trained", "untrained")]
        cells = [
            said[own],
            *alike,
            one["judged"][own] or "–",
            " to ".join(dict.fromkeys(useful[:1] + useful[-1:])) or "–",
        ]
        lines.append(_row(one["title"], cells, 18))
    return lines + _note(part)


def _note(part: dict[str, Any]) -> list[str]:
    return [part["note"]] if part["note"] else []


def _row(name: str, cells: list[str], width: int) -> str:
    return f"  {name:30}" + "".join(f"  {cell:>{width - 2}}" for cell in cells)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
