"""What is remembered of sessions and uploads is bounded, and what had to go brings nobody down."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from gradio.routes import file_upload_statuses
from gradio.utils import LRUCache

from explorer.gradio_patches.bounded_memory import LONGEST_WORD, MOST_UPLOADS, bound


class Plain:
    """What is bounded of Gradio's queue, as Gradio has it."""

    def __init__(self) -> None:
        self.pending_messages_per_session: LRUCache[str, asyncio.Queue[Any]] = LRUCache(2_000)
        self.pending_event_ids_session: Any = {}

    def send_message(self, event: Any, event_message: Any) -> None:
        self.pending_messages_per_session[event.session_hash].put_nowait(event_message)

    async def push(self, body: Any, request: Any, username: Any) -> Any:
        self.pending_event_ids_session[body.session_hash] = {"an event"}
        return True, "an event", "success"


@pytest.fixture
def queue() -> Any:
    made: Any = Plain()
    bound(made, 2)
    return made


def test_visitors_whose_session_had_to_go_do_not_stop_what_is_done_for_others(queue: Any) -> None:
    for word in ("first", "second", "third"):
        queue.pending_messages_per_session[word] = asyncio.Queue()
    for word in ("first", "third"):
        queue.send_message(SimpleNamespace(session_hash=word), "a word")
    assert "first" not in queue.pending_messages_per_session
    assert queue.pending_messages_per_session["third"].qsize() == 1


def test_security_a_session_has_no_word_of_many_kilobytes(queue: Any) -> None:
    def pushed(word: str) -> Any:
        return asyncio.run(queue.push(SimpleNamespace(session_hash=word), None, None))

    assert pushed("x" * (LONGEST_WORD + 1)) == (False, "The word for this session is too long.", "error")
    for number in range(9):
        assert pushed("x" * (LONGEST_WORD - 1) + str(number))[0]
    assert len(queue.pending_event_ids_session) == 4


def test_security_who_asks_for_uploads_that_are_none_is_not_remembered(queue: Any) -> None:
    signals = file_upload_statuses._signals
    for number in range(2 * MOST_UPLOADS):
        assert not signals[f"never sent {number}"].is_set()
        file_upload_statuses.track(f"never looked at {number}")
    assert len(signals) == len(file_upload_statuses._statuses) == MOST_UPLOADS
