"""What holds for all tests: their order, and one thread for each process that computes."""

import os
from collections import Counter

import pytest

os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports torch; processes that a test starts inherit it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, then those of many tests: none keeps one core at work when the other has ended."""
    long = {item.path for item in items if item.get_closest_marker("whole")}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in long, -tests[item.path], item.path))
