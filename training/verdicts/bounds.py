"""When a measure is too small: against healthy runs of the method where the run is like them, else against the run's own start."""

from dataclasses import dataclass

from training.measures.measure import PREFIX
from training.run.verdict import Evidence
from training.verdicts.readings import Readings


@dataclass(frozen=True)
class Bound:
    """A measure that is too small below a share of the least that healthy runs had at that step, or of the run's own start.

    Below both the least value and the least share of the start: on fewer or simpler sounds a healthy run has fewer directions from
    the start. A run with another encoder or batch has lost nothing as long as it keeps the share of its own start that healthy
    ones keep. `absolute`: too small in any case, where no healthy run was that low.
    """

    name: str
    title: str
    of_healthy: float | None = None
    of_start: float | None = None
    absolute: float | None = None
    compared_only: bool = False
    """Whether it says something only of methods whose loss compares projections."""

    def below(self, readings: Readings, place: int) -> Evidence | None:
        """Evidence where it is too small in a snapshot."""
        value = readings.of_snapshot(place, self.name)
        if value is None or (self.compared_only and not readings.compares):
            return None
        key, words = f"{PREFIX}{self.name}", f"{self.title} {value:.2f}"
        healthy, start = readings.least_of_healthy(place, self.name), readings.start(self.name)
        if self.absolute is not None and value < min(self.absolute, healthy[0] if healthy else self.absolute):
            return Evidence(key, value, self.absolute, f"{words}, below {self.absolute:g}")
        if self.of_healthy is None:
            return None
        kept = self.of_healthy * healthy[1] if healthy else 1.0
        if healthy and readings.alike:
            least, _ = healthy
            held = self.of_healthy * least
            of = f"{value / least:.0%} of the {least:.2f} that healthy runs have at least"
            lost = value < held and (not start or value / start < kept)
        elif self.of_start is not None and start:
            held = start * min(self.of_start, kept)
            of = f"{value / start:.0%} of the {start:.2f} at the start"
            lost = value < held
        else:
            return None
        return Evidence(key, value, held, f"{words}, {of}") if lost else None
