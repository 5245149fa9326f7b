"""Drills: everything that may die is killed, filled, broken or hurried many times, and what was lost is counted.

    python -m benchmarks.drills [NAME …] [--quick] [--json]

Each drill is one file with one function `drill(ground, tally)`. They need nothing from outside, answer on loopback
addresses alone, are bounded in count and time, and end no process but those they started.
"""
