"""Runs beside each other: those that differ in their seed alone are one row, and no row mixes different sounds or clips.

    compared([run, …], progress) -> Comparison

Only runs that are finished are compared, each by its last snapshot; docs/measures.md says what the table says and doesn't say.
"""

from training.comparing.apart import Apart, apart
from training.comparing.measured import Spread
from training.comparing.table import Comparison, LeftOut, OnClips, Row, compared

__all__ = ["Apart", "Comparison", "LeftOut", "OnClips", "Row", "Spread", "apart", "compared"]
