"""Sounds of data sets and of visitors: opened, fetched, kept, drawn, augmented and turned back from log-mel."""
