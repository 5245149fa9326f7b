"""A run that is broken on purpose and its healthy twin: how both are made, and what came of it beside what was foretold.

They are trained by the trainer of every run, in one process and step by step in turn: see training.loop.train_in_turn.
"""

from training.twins.making import create_twins
from training.twins.outcome import Outcome, outcome_of

__all__ = ["Outcome", "create_twins", "outcome_of"]
