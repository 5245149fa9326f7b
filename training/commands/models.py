"""Commands about methods and trained models: what there is, what a model says of sounds, and what it knows."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.commands.arguments import Commands, command
from training.commands.output import bulleted, listed, print_json, progress_line
from training.commands.runs import named_run
from training.units import counted

if TYPE_CHECKING:
    from training.measures.measure import LabelMeasure


def add_commands(commands: Commands) -> None:
    """Declare `methods`, `embed`, `encoder`, `evaluate`, `measure` and `finetune`."""
    chosen = command(commands, "methods", list_methods, "list methods and their settings", "json")
    chosen.add_argument("names", nargs="*", metavar="METHOD", help="only these (default: all)")
    sounds = command(
        commands, "embed", embed, "embed sounds with a trained run, into a Parquet or CSV file", "run", "step"
    )
    sounds.add_argument("paths", nargs="+", help="sound files or folders")
    sounds.add_argument("--out", required=True, metavar="FILE", help="the file to write, called .parquet or .csv")
    sounds.add_argument(
        "--frames", action="store_true", help="a row for each frame, with its time, instead of each clip"
    )
    alone = command(
        commands,
        "encoder",
        encoder,
        "write a run's encoder as one file that torch alone opens, or as ONNX",
        "run",
        "step",
    )
    alone.add_argument("--out", required=True, metavar="FILE", help="the file to write, called .pt2 or .onnx")
    alone.add_argument("--frames", action="store_true", help="it gives a vector for each frame instead of each sound")
    alone.add_argument(
        "--words", metavar="FILE",
        help="also write what a run of audio_text has learned to read, called .npz, to compare words with sounds",
    )  # fmt: skip
    knows = command(commands, "evaluate", evaluate, "measure what a run knows of the labels", "run", "json", "step")
    knows.add_argument("--data", help="other sounds than the run's own")
    knows.add_argument(
        "--frames", action="store_true", help="single frames, by labels with times such as phones, instead of clips"
    )
    command(
        commands, "measure", measure, "measure every stage of a run thoroughly, by default its first and its newest step",
        "run", "json",
    ).add_argument("--step", type=int, help="a kept step alone (default: the first and the newest)")  # fmt: skip
    labels = command(
        commands, "finetune", finetune, "fine-tune a run with few labels, measured on sources never labelled",
        "run", "json", "step",
    )  # fmt: skip
    labels.add_argument(
        "--facet", required=True, help="what to learn, such as digit or class; tag:NAME for a tag of your own"
    )
    labels.add_argument("--labels", type=int, required=True, help="labelled clips for each class")
    labels.add_argument(
        "--seconds", type=float, default=10.0,
        help="how long to fine-tune, each of four times a draw (default: %(default)s)",
    )  # fmt: skip
    labels.add_argument(
        "--draws", type=int, default=3, help="how often the labelled clips are drawn anew (default: %(default)s)"
    )


def list_methods(options: argparse.Namespace) -> None:
    """Say which methods there are, with their settings; those that were named, where any were."""
    from training.breaks import BREAKS
    from training.breaks.mistakes import MISTAKES, mistakes_of
    from training.building import method_of
    from training.methods import METHODS
    from training.settings import describe

    for name in options.names:
        method_of(name)
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "title": method.card.title,
            "family": method.card.family,
            "encoders": list(method.encoders),
            "settings": [
                {
                    "name": s.name,
                    "default": s.default,
                    "low": s.low,
                    "high": s.high,
                    "choices": s.choices,
                    "unit": s.unit,
                    "default_said": s.in_words(s.default),
                    "meaning": s.meaning,
                }
                for s in describe(method.Config)
            ],
            "breaks_when": method.card.breaks,
            "breaks": {part: found.expected for part, found in BREAKS.get(name, {}).items()},
            "mistakes": {mistake: MISTAKES[mistake].expected for mistake in mistakes_of(name)},
        }
        for name, method in METHODS.items()
        if not options.names or name in options.names
    ]
    if options.json:
        print_json({"methods": rows})
        return
    for row in rows:
        print(f"{row['name']} ({row['family']}), on {', '.join(row['encoders'])}")
        for setting in row["settings"]:
            said = f" ({setting['default_said']})" if setting["default_said"] else ""
            print(f"    {setting['name']} = {setting['default']}{said}: {setting['meaning']}")
        for part, expected in row["breaks"].items():
            print(f"    --break {part}: {expected}")
        for mistake, expected in row["mistakes"].items():
            print(f"    twins --mistake {mistake}: {expected}")


def embed(options: argparse.Namespace) -> None:
    """Write the embeddings of sounds into a Parquet or CSV file, of clips or of frames."""
    from training.embeddings_file import embed_to_file
    from training.frames_file import frames_to_file

    write = frames_to_file if options.frames else embed_to_file
    run = named_run(options, reading=True)
    count, left_out = write(run, options.paths, Path(options.out), options.step, progress_line())
    if left_out:
        named = bulleted([f"{each.file}: {each.reason}" for each in left_out])
        head = f"{counted(len(left_out), 'file')} {'was' if len(left_out) == 1 else 'were'} left out:"
        print("\n".join([head, *named]), file=sys.stderr)
    of = " of frames" if options.frames else ""
    print(f"Wrote {counted(count, 'embedding')}{of} to {options.out}.", file=sys.stderr)


def encoder(options: argparse.Namespace) -> None:
    """Write the encoder of a run, its front end included, as one file."""
    from training.encoder_file import write_encoder
    from training.encoder_file.words import check_reads, write_words

    run = named_run(options, reading=True)
    if options.words:
        check_reads(run, Path(options.words))
    about = write_encoder(run, Path(options.out), options.step, options.frames)
    shape = f"frames (B, U, {about['dimension']})" if options.frames else f"embeddings (B, {about['dimension']})"
    print(
        f"Wrote the encoder of {about['run']}, step {about['step']}, to {options.out}: samples (B, S) at "
        f"{about['sample_rate']:,} Hz to {shape}.",
        file=sys.stderr,
    )
    if options.words:
        write_words(run, Path(options.words), about["step"], progress_line())
        print(f"Wrote what it reads to {options.words}.", file=sys.stderr)


def evaluate(options: argparse.Namespace) -> None:
    """Measure what a run knows of the labels, beside what needs no training."""
    from training.evaluate import evaluation, label_measures
    from training.measures import MEASURES

    if options.frames:
        _evaluate_frames(options)
        return
    found = evaluation(named_run(options, reading=True), options.data, options.step, progress_line())
    if options.json:
        print_json(found)
        return
    print(f"{found['run']}, step {found['step']}, {_asked(found)}; the linear probe asks all of these")
    _tell_facets(found["facets"], label_measures())
    print("\nwithout labels".ljust(33) + _cells(("trained", "random_init")))
    for name, values in found["measures"].items():
        curve = MEASURES[name].curve
        print(f"  {curve.title:30}" + _cells(curve.written(value) for value in values.values()))
    if found["retrieval"]:
        _tell_retrieval(found["retrieval"])


def _evaluate_frames(options: argparse.Namespace) -> None:
    from training.evaluate_frames import frame_evaluation, frame_measures

    found = frame_evaluation(named_run(options, reading=True), options.data, options.step, progress_line())
    if options.json:
        print_json(found)
        return
    print(
        f"{found['run']}, step {found['step']}: {counted(found['frames'], 'frame')} of {1000 * found['hop_seconds']:g} ms from "
        f"{counted(found['recordings'], 'recording')} of {found['data']}, asked across {found['group']}"
    )
    _tell_facets(found["facets"], frame_measures())


def _tell_facets(facets: dict[str, Any], measures: Iterable["LabelMeasure"]) -> None:
    """A table for each facet: the run, and what needs no training."""
    columns = {measure.name: measure.curve for measure in measures}
    for facet, scores in facets.items():
        print(f"\n{facet} (chance {scores['chance']:.3f})".ljust(33) + _cells(c.title for c in columns.values()))
        for name, row in {"trained": scores, **scores["baselines"]}.items():
            print(f"  {name:30}" + _cells("–" if row[m] is None else c.written(row[m]) for m, c in columns.items()))


def _tell_retrieval(found: dict[str, Any]) -> None:
    """How sounds and texts find each other; the last column is recall_1 by chance."""
    about = f"{counted(found['texts'], 'text')}, {counted(found['sounds'], 'sound')}"
    print(f"\n{about}".ljust(33) + _cells(next(iter(found["trained"].values()))))
    for name in ("trained", "random_init"):
        for way, values in found[name].items():
            told = f"{name}: {way.replace('_', ' ')}"
            print(f"  {told:30}" + _cells(f"{value:.3f}" for value in values.values()))


def _asked(found: dict[str, Any]) -> str:
    """On which clips it was measured."""
    if found["clips"] < found["of_clips"]:
        return f"{found['clips']:,} of the {counted(found['of_clips'], 'clip')} of {found['data']}, drawn evenly"
    return f"all {counted(found['clips'], 'clip')} of {found['data']}"


def measure(options: argparse.Namespace) -> None:
    """Measure every block of the encoder, its output, projector and predictor, and keep it in the run's folder."""
    from training.measures import THOROUGH
    from training.thorough import thorough_measures

    run = named_run(options, reading=True)
    if run.watched:
        from training.watching.measuring import Measuring

        Measuring(run).work(progress_line())
        if note := run.probe().get("note"):
            print(note, file=sys.stderr)
    rows = thorough_measures(run, options.step, progress_line())
    for note in filter(None, dict.fromkeys(row["note"] for row in rows)):
        print(note, file=sys.stderr)
    if options.json:
        print_json({"run": run.name, "measured": rows})
        return
    for row in rows:
        names = [stage["stage"] for stage in row["stages"]]
        print(f"{run.name}, step {row['step']}, {counted(row['clips'], 'clip')}, by its {row['from']}".ljust(33))
        print(" " * 25 + "".join(f"{name:>11}" for name in names))
        print("  width".ljust(25) + "".join(f"{stage['width']:>11}" for stage in row["stages"]))
        for name, measure in THOROUGH.items():
            values = [stage["measures"][name] for stage in row["stages"]]
            told = ["–" if value is None else measure.curve.written(value) for value in values]
            print(f"  {measure.curve.title}".ljust(25) + "".join(f"{value:>11}" for value in told))
        print()


def _cells(texts: Iterable[str]) -> str:
    return "".join(f"{text:>17}" for text in texts)


def finetune(options: argparse.Namespace) -> None:
    """Fine-tune a run with few labels, and measure on sources that were never labelled."""
    from training.finetune import fine_tuning

    found = fine_tuning(
        named_run(options, reading=True), options.facet, options.labels, options.seconds, progress_line(), options.step,
        options.draws,
    )  # fmt: skip
    if options.json:
        print_json(found)
        return
    print(
        f"{found['run']}, step {found['step']}: {found['facet']} of {found['data']} with {counted(found['labels'], 'label')} for each "
        f"of {found['classes']} classes"
    )
    if found["left_out"]:
        print(f"Left out, since a single source holds them: {', '.join(found['left_out'])}")
    each = " a draw" if options.draws > 1 else ""  # from other sources in each, all of which are named
    for half in found["halves"]:
        labelled, measured = (listed(half[f"{part}_sources"]) for part in ("labelled", "measured"))
        print(
            f"{counted(half['labelled_clips'], 'label')}{each} from {labelled}; {counted(half['measured_clips'], 'clip')} measured, of {measured}"
        )
    if options.draws > 1:
        print(f"mean ± standard deviation over {options.draws} draws of the labelled clips")
    print(f"\n(chance {found['chance']:.3f})".ljust(31) + _cells(("fine-tuned", "linear probe")))
    for name in ("trained", "random_init"):
        means, stds = found[name], found["std"][name]
        said = (f"{means[score]:.3f}" + ("" if std is None else f" ± {std:.3f}") for score, std in stds.items())
        print(f"  {name:28}" + _cells(said))
