"""A queue that is damaged or no file is an empty one."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.queue_file import Queue, QueueFile, Waiting
from training.errors import UserError
from training.process import current_process


@pytest.mark.parametrize("place", [".queue.json", ".queue.lock"])
def test_bad_input_nobody_waits_at_a_pipe_in_place_of_the_queue(launch: Any, root: Any, place: Any) -> None:
    root.mkdir()
    os.mkfifo(root / place)
    server = launch()
    assert server.queue() == [] and server.ahead("a")["behind"] is None
    if place == ".queue.lock":
        with pytest.raises(UserError, match="cannot be written: Not a regular file"):
            server.start({})


@pytest.mark.parametrize("since", ["1" + "0" * 400, "1e999", "null", "[]", "-1"])
def test_bad_input_odd_numbers_in_the_queue_are_borne(launch: Any, root: Any, since: Any) -> None:
    root.mkdir()
    process = json.dumps(current_process().to_json())
    current = f'{{"name": "a", "verb": "run", "process": {process}, "since": {since}}}'
    (root / ".queue.json").write_text(f'{{"schema": 1, "waiting": [{{"name": {since}}}], "current": {current}}}')
    server = launch(read_only=True)
    assert server.queue() == [] and server.place("b") is None


def test_a_damaged_queue_is_empty(launch: Any, root: Any) -> None:
    root.mkdir()
    for content in ("nonsense", "[]", '{"schema": 9}', '{"schema": 1, "waiting": [3, {"name": 1}], "current": 4}'):
        (root / ".queue.json").write_text(content)
        server = launch()
        server.look()
        assert server.queue() == []


def test_a_queue_that_stays_as_it_is_is_not_written(tmp_path: Path) -> None:
    """It is looked at twice a second, for days."""
    file = QueueFile(tmp_path)
    with file.changing() as queue:
        queue.now = Queue((Waiting("a", "run"),))
    before = (tmp_path / ".queue.json").stat()
    with file.changing() as queue:
        assert queue.now.place("a") == 1
    after = (tmp_path / ".queue.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
