"""By how much shares of clips must differ before the difference is more than chance makes of so few clips.

One-sided tests at 5 % by the binomial standard error, clips being taken for independent.
"""

import math

ONE_SIDED = 1.645
"""Standard errors beyond which chance lies in 5 % of cases."""


def margin_of_two(a: float, b: float, clips: int | None) -> float:
    """Between two shares a, b of the same number of clips: z √(2 p (1 − p) / n), where p is their mean (the pooled test of two
    proportions); 0 where the number isn't known.
    """
    p = (a + b) / 2
    return ONE_SIDED * math.sqrt(2 * p * (1 - p) / clips) if clips else 0.0


def margin_of_one(p: float, clips: int | None) -> float:
    """Between a share of clips and a share p that is known: z √(p (1 − p) / n); 0 where the number isn't known."""
    return ONE_SIDED * math.sqrt(p * (1 - p) / clips) if clips else 0.0
