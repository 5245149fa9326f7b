"""What the page Find writes: neighbours as rows of a list, the place on the map, a comparison in words, answers as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from explorer.components import clip_sound
from explorer.search.comparison import SoundComparison
from explorer.search.matches import Matches
from explorer.sounds.windows import short_name, window_words
from training.data.dataset import Dataset
from training.data.labels import FILE_FACET
from training.data.names import readable_name

MOST_STEPS = 24
LONGEST_SAID = 60
"""Characters of a text that is told."""


def clip_of(sound: Any, dataset: Dataset | None) -> int | None:
    """Which clip of `dataset` a sound is; None for any other sound."""
    index = sound.get("index") if isinstance(sound, dict) else None
    if dataset is None or type(index) is not int or sound.get("fingerprint") != dataset.fingerprint:
        return None
    return index if 0 <= index < len(dataset) else None


def labels_of(sound: Any, dataset: Dataset | None) -> dict[str, str]:
    """What a clip of `dataset` is, by facet; empty of any other sound."""
    index = clip_of(sound, dataset)
    if dataset is None or index is None:
        return {}
    named = {name: facet.label(index) for name, facet in dataset.facets.items()}
    return {name: label for name, label in named.items() if label is not None}


def rows_of(
    found: Matches,
    dataset: Dataset | None,
    main_facet: str,
    own: Mapping[str, str] | None = None,
    clip: int | None = None,
) -> list[dict[str, Any]]:
    """The matches as rows of a ClipList; they can be heard where the data set is at hand. `own` labels are those of the sound
    that was searched for: a row says whether it has the same one, where both have any, its caption, its place in its file where
    that gives several, its file, and in what else it differs; its whole name is there to be pointed at. Rows of the file of
    `clip`, where the sound is that clip of the data, say so.
    """
    own = own or {}
    rows = []
    for match in found.matches:
        first = match.labels.get(main_facet)
        differs = [
            f"{facet}: {label}"
            for facet, label in match.labels.items()
            if facet not in (main_facet, FILE_FACET) and own.get(facet) != label
        ]
        window = "" if dataset is None else window_words(dataset, match.clip)
        path = PurePath("" if dataset is None else dataset.files[match.clip])
        file = short_name(str(path)) if path.suffix else ""  # made sounds are numbered, which says nothing
        sound = None if dataset is None else clip_sound(dataset.fingerprint, match.clip)
        by_file = main_facet == FILE_FACET and file  # which has its folders, where there is little room
        label = file if by_file else "no label" if first is None else first
        note = "  ·  ".join(filter(None, [_caption(dataset, match.clip), window, "" if by_file else file, *differs]))
        row = {
            "sound": sound,
            "label": label,
            "note": note,
            "score": match.score,
            **({"file": str(path)} if file else {}),
        }
        compared = first is not None and main_facet in own and main_facet != FILE_FACET
        same_file = dataset is not None and clip is not None and dataset.files[match.clip] == dataset.files[clip]
        row |= {"agrees": first == own[main_facet]} if compared else {}
        rows.append({**row, "clip": match.clip, **({"same_file": True} if same_file else {})})
    return rows


def _caption(dataset: Dataset | None, clip: int) -> str:
    """What is written beside a clip, in quotes; empty where nothing is."""
    captions = () if dataset is None else dataset.companions.get("caption", ())
    text = captions[clip] if captions else None
    return f"“{readable_name(text, LONGEST_SAID)}”" if text else ""


def map_of(
    run: str | None, found: Matches | None = None, *, of_run: bool = True, words: bool = False
) -> dict[str, Any]:
    """The value of the map: the run's, with the place of what was asked marked among the points it lies between: a clip of the run
    or another sound, or words. Beside what is no clip of the run, none that is chosen elsewhere is ringed.
    """
    if found is None or not found.anchors:
        return {"run": run}
    points, weights = zip(*found.anchors, strict=True)
    label = "these words" if words else "this sound" if of_run else "your sound"
    marks = [{"label": label, "points": list(points), "weights": list(weights)}]
    return {"run": run, "marks": marks, "alone": not of_run}


def weights_words(step: int, *, newest: bool, active: bool) -> str:
    """Which weights were searched with, as a sentence: of a run at work the `newest` do not stay so."""
    later = "; as the run goes on, later searches take newer ones" if newest and active else ""
    return f"By the weights of step {step:,}{later}."


def said_words(found: Matches) -> str:
    """What a model that reads says of a sound, as a sentence to go on with; empty of one that doesn't."""
    if not found.said:
        return ""
    texts = ", ".join(f"“{readable_name(text, LONGEST_SAID)}” {near:.2f}" for text, near in found.said)
    return f" The nearest texts: {texts}.".replace("-", "−")


def verdict(comparison: SoundComparison) -> str:
    """A comparison in one sentence."""
    return (
        f"Similarity {comparison.cosine:.2f} at step {comparison.step:,}: more alike than {comparison.percentile:.0f} % of "
        f"random pairs of clips, whose median is {comparison.random_median:.2f}.".replace("-", "−")
    )


def unusual_words(share: float | None, *, own: bool) -> str:
    """Of how many per cent of the clips a sound is more unusual, as a sentence; empty where it isn't known. `own`: it is a clip of
    the data itself.
    """
    if share is None:
        return ""
    if share == 0:
        said = "No clip on the map is less unusual than this sound"
    else:
        part = "all" if share == 100 else f"{int(share)} % of the"  # never rounded up to all
        said = f"This sound is more unusual than {part} clips on the map"
    return said + (", with its own recording left out." if own else ".")


def curve_of(comparisons: Iterable[SoundComparison]) -> list[dict[str, float]]:
    """Comparisons as rows of a SimilarityChart, by step."""
    return [
        {
            "step": c.step,
            "cosine": round(c.cosine, 4),
            "percentile": round(c.percentile, 2),
            "low": round(c.random_low, 4),
            "median": round(c.random_median, 4),
            "high": round(c.random_high, 4),
        }
        for c in sorted(comparisons, key=lambda c: c.step)
    ]


def shown_steps(steps: Sequence[int]) -> list[int]:
    """At most 24 of `steps`, the newest first and then the others from early to late, evenly over their order."""
    if not steps:
        return []
    count = min(len(steps), MOST_STEPS)
    picked = [steps[round(i * (len(steps) - 1) / max(1, count - 1))] for i in range(count)]
    return [steps[-1], *(step for step in picked if step != steps[-1])]


def found_json(found: Matches) -> dict[str, Any]:
    """The answer of the endpoint /find."""
    place = None if found.place is None else {"x": found.place[0], "y": found.place[1], "step": found.place_step}
    neighbours = [
        {"id": m.id, "clip": m.clip, "point": m.point, "labels": m.labels, "score": round(m.score, 4)}
        for m in found.matches
    ]
    return {
        "run": found.run,
        "step": found.step,
        "searched": found.searched,
        "complete": found.complete,
        "note": found.note,
        "place": place,
        "neighbours": neighbours,
        "texts": [{"text": text, "score": round(near, 4)} for text, near in found.said],
    }


def compared_json(run: str, newest: SoundComparison, comparisons: Iterable[SoundComparison]) -> dict[str, Any]:
    """The answer of the endpoint /compare."""
    (now,) = curve_of([newest])
    return {"run": run, **now, "over_steps": curve_of(comparisons)}
