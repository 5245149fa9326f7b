"""What a run's model knows: of each label, of what should not matter, and what it ignores. docs/knowledge.md explains it.

Computed outside the trainer, from what snapshots and checkpoints keep, and kept in the run's folder `knowledge`.
"""
