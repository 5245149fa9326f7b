"""What holds for all tests: their order, one thread for each process that computes, and no proxy before their servers."""

import os
from collections import Counter

import pytest

from training.process import ONE_THREAD

os.environ.update(ONE_THREAD)  # before anything imports torch; processes that a test starts inherit it
os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost"  # where a machine has one for the web


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, then those of many tests: none keeps one core at work when the other has ended."""
    long = {item.path for item in items if item.get_closest_marker("whole")}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in long, -tests[item.path], item.path))
