"""A queue that is damaged or no file is an empty one."""

import json
import os
from typing import Any

import pytest

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
