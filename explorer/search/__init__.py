"""Sounds → embeddings by a run's own model, in a process of their own, so that the page need not load torch or wait."""
