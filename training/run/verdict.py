"""A judgement on a run: rows of verdicts.jsonl, and the newest one in status.json."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

LONGEST_TEXT = 1_000
MOST_EVIDENCE = 8
LARGEST = 1e12


@dataclass(frozen=True)
class Evidence:
    """One reading that a judgement was passed upon."""

    key: str
    """Of the curve it was read from."""
    value: float
    bound: float
    """What it was held against."""
    words: str
    """The reading in words, such as "effective rank 2.1, below 3"."""


@dataclass(frozen=True)
class Verdict:
    """What is thought of a run at one step."""

    kind: str
    """One of training.verdicts.KINDS; a newer version may write others."""
    title: str
    step: int
    since_step: int
    """Where what it was read from began."""
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    cause: str = ""
    """The likely reason, given this run's method and settings; empty where nothing is wrong or none is known."""
    remedy: str = ""
    """What to change."""
    best_step: int | None = None
    """The best snapshot so far, told without labels; None where that can't be told."""

    def to_json(self) -> dict[str, Any]:
        """As the files hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Any) -> "Verdict | None":
        """None where `found` is not one: texts are cut, evidence that is none is left out."""
        if not isinstance(found, Mapping):
            return None
        texts = {name: found.get(name, "") for name in ("kind", "title", "sentence", "cause", "remedy")}
        steps = {name: found.get(name) for name in ("step", "since_step")}
        if not all(type(text) is str for text in texts.values()) or not texts["kind"]:
            return None
        if not all(type(step) is int and abs(step) <= LARGEST for step in steps.values()):
            return None
        best = found.get("best_step")
        given = found.get("evidence")
        evidence = [_evidence(each) for each in (given if isinstance(given, list | tuple) else [])[:MOST_EVIDENCE]]
        cut = {name: text[:LONGEST_TEXT] for name, text in texts.items()}
        steps["best_step"] = best if type(best) is int and abs(best) <= LARGEST else None
        return cls(**cut, **steps, evidence=tuple(each for each in evidence if each is not None))  # type: ignore[arg-type]


def _evidence(found: Any) -> Evidence | None:
    if not isinstance(found, Mapping) or not {f.name for f in fields(Evidence)} <= set(found):
        return None
    texts, numbers = (found["key"], found["words"]), (found["value"], found["bound"])
    if not all(type(text) is str for text in texts) or not all(type(n) in (int, float) for n in numbers):
        return None
    value, bound = map(float, numbers)
    return Evidence(texts[0][:LONGEST_TEXT], value, bound, texts[1][:LONGEST_TEXT])
