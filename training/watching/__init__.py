"""What Hearsight adds to runs that it doesn't train itself: sounds, labels, measures. `training/watch.py` writes such runs."""
