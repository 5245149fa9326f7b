"""Views that leave a sound more as it is: settings for methods whose task the stronger ones would spoil or give away."""

UNMIXED = {"mixup": 0.0, "noise": 0.0, "equalizer": 0.0}
"""Where a sound is rebuilt, what is mixed in or filtered would have to be rebuilt as well."""
WHOLE_FRAMES = {"time_stretch": 0.0}
"""A stretched view's frames are blends of two of the clip's; each gives away a part of a neighbour that is hidden."""
PLAIN = {**UNMIXED, **WHOLE_FRAMES, "frequency_shift": 0.0, "frequency_stretch": 0.0}
"""Nothing is changed but which stretch of the clip is heard, and where in the view it lies."""
