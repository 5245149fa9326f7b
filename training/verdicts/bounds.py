"""When a measure is too small: against healthy runs of the method where these are known, else against the run's own start."""

from dataclasses import dataclass

from training.measures.measure import PREFIX
from training.run.verdict import Evidence
from training.verdicts.readings import Readings

NUMBER = "{:.2f}"


@dataclass(frozen=True)
class Bound:
    """A measure that is too small below a share of the least that healthy runs had at that step, or of the run's own start.

    `absolute`: too small in any case, where no healthy run was that low.
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
        key, words = f"{PREFIX}{self.name}", f"{self.title} {NUMBER.format(value)}"
        least, start = readings.least_of_healthy(place, self.name), readings.start(self.name)
        if self.absolute is not None and value < min(self.absolute, least or self.absolute):
            return Evidence(key, value, self.absolute, f"{words}, below {self.absolute:g}")
        if self.of_healthy is not None and least is not None:
            held, share, of = least, self.of_healthy, f"the {NUMBER.format(least)} that healthy runs have at least"
        elif self.of_start is not None and start is not None and least is None:
            held, share, of = start, self.of_start, f"the {NUMBER.format(start)} at the start"
        else:
            return None
        if value >= share * held:
            return None
        return Evidence(key, value, share * held, f"{words}, {value / held:.0%} of {of}")
