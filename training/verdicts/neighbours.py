"""Whether clips lie beside what they resemble more than by random weights, and more than chance makes of so few clips."""

from training.measures.measure import PREFIX
from training.run.schema import BASELINES
from training.verdicts.margins import margin_of_one, margin_of_two
from training.verdicts.readings import Readings

KNN = f"{PREFIX}cross_group_knn"
ALIKE = 0.01
"""Share of cross-group kNN within which two values are the same; to learn is to be above random initialisation by what chance
makes of the clips that were asked, too (training.verdicts.margins), of which alarms know nothing.
"""
UNHEARD = 0.03
"""A kNN that lies so little above chance has found no labels: among some hundred clips it is that far off by itself, and further
among fewer (training.verdicts.margins).
"""


def rising(readings: Readings) -> bool:
    """Whether the neighbours, after a fall, have got better again, and did so until now."""
    known = knn_at(readings, readings.trained)
    return len(known) > 2 and sum(known[-2:]) / 2 > min(known) + 2 * ALIKE


def unsure(readings: Readings) -> bool:
    """Whether the neighbours are above those of random weights, but by no more than chance makes of so few clips."""
    latest, random = latest_knn(readings), readings.line("random_init")
    return (
        latest is not None
        and random is not None
        and above_random(readings)
        and not surely_above(latest, random, readings)
    )


def knn_of(readings: Readings, place: int) -> float | None:
    """Cross-group kNN of one snapshot, None where it wasn't measured."""
    return readings.of_snapshot(place, "cross_group_knn")


def knn_at(readings: Readings, places: list[int]) -> list[float]:
    """Those of some snapshots that were measured."""
    return [value for place in places if (value := knn_of(readings, place)) is not None]


def latest_knn(readings: Readings) -> float | None:
    """That of the newest snapshot; None before there is one, and without labels."""
    return knn_of(readings, readings.trained[-1]) if readings.trained else None


def above_random(readings: Readings) -> bool:
    """Whether the neighbours are better than those of random weights; False where either is unknown."""
    latest, random = latest_knn(readings), readings.line("random_init")
    return latest is not None and random is not None and latest > random + ALIKE


def labels_unheard(readings: Readings) -> str:
    """What says that nothing tells the labels apart, neither the run nor what needs no training; empty where something does."""
    chance, latest = readings.line("chance"), latest_knn(readings)
    known = {
        title: value
        for name, title in BASELINES.items()
        if name != "chance" and (value := readings.line(name)) is not None
    }
    if chance is None or latest is None or not known:
        return ""
    if max(latest, *known.values()) > chance + max(UNHEARD, margin_of_one(chance, readings.clips)):
        return ""
    return ", ".join(f"{title} {value:.2f}" for title, value in known.items()) + f"; chance is {chance:.2f}"


def surely_above(knn: float, random: float, readings: Readings) -> bool:
    """Whether a kNN is above that of random weights by more than chance makes of the clips that were asked."""
    return knn > random + max(ALIKE, margin_of_two(knn, random, readings.clips))


def not_above_random(readings: Readings) -> bool:
    """The opposite of `above_random`, where both are known."""
    known = latest_knn(readings) is not None and readings.line("random_init") is not None
    return known and not above_random(readings)
