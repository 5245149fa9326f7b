"""Learns to hear: data, views, encoders, methods, measures and the trainer. Knows nothing of the page."""
