"""Environment sounds by models of our own.

A model takes two sources of randomness and a length: from `structure` it draws what stays the same in one of its
instances (size, material, speed, kind), from `moment` all that differs from clip to clip. It returns (n,) float at
16 kHz, of any level, dry.
"""

from collections.abc import Callable, Mapping

import numpy as np

from training.data.starter.environment import animals, impacts, machines, nature, people, signals, water
from training.data.starter.environment.elements import Rng

Model = Callable[[Rng, Rng, int], np.ndarray]

MODELS: Mapping[str, Model] = {
    "rain": nature.rain,
    "wind": nature.wind,
    "thunder": nature.thunder,
    "fire": nature.fire,
    "sea waves": water.sea_waves,
    "stream": water.stream,
    "water drops": water.water_drops,
    "bubbling": water.bubbling,
    "engine": machines.engine,
    "helicopter": machines.helicopter,
    "train": machines.train,
    "vacuum cleaner": machines.vacuum_cleaner,
    "sawing": machines.sawing,
    "siren": signals.siren,
    "alarm": signals.alarm,
    "telephone": signals.telephone,
    "car horn": signals.car_horn,
    "birds": animals.birds,
    "crickets": animals.crickets,
    "frog": animals.frog,
    "dog": animals.dog,
    "bee": animals.bee,
    "bell": impacts.bell,
    "breaking glass": impacts.breaking_glass,
    "knocking": impacts.knocking,
    "footsteps": impacts.footsteps,
    "clock": impacts.clock,
    "bouncing ball": impacts.bouncing_ball,
    "typing": impacts.typing,
    "clapping": people.clapping,
    "whistling": people.whistling,
    "door creak": people.door_creak,
}
