"""How many clips a second this trainer learns, beside what could be reached at best and what a textbook's pipeline reaches.

__main__.py    python -m benchmarks.throughput
steps.py       a step of this trainer, and its parts
limit.py       the encoder alone, as often as the method calls it
textbook.py    a DataLoader, torchaudio one clip at a time, lightly's loss
rounds.py      everything in turn, again and again, so that a busy moment meets all of them
"""
