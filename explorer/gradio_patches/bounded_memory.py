"""What the page's framework remembers of whoever comes is bounded: it would keep for ever what nobody fetches."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Event, Queue
from gradio.routes import file_upload_statuses
from gradio.server_messages import EventMessage
from gradio.utils import LRUCache

LONGEST_WORD = 100
"""Characters of the word that a page chooses for its session; Gradio's own take some eleven."""
MOST_UPLOADS = 1_000
"""Uploads of which it is known how far they are."""

Pushed = tuple[bool, Any, Any]


class _Signals(LRUCache[str, asyncio.Event]):
    """Made when they are asked for, as Gradio's are."""

    def __missing__(self, word: str) -> asyncio.Event:
        self[word] = asyncio.Event()
        return self[word]


def bound(queue: Queue, sessions: int) -> None:
    """For one page, before it is served: answers are kept for so many sessions that don't fetch them."""
    queue.pending_messages_per_session.max_size = sessions
    # A session whose answers are still kept must be found here as well; who fetches them goes from here first.
    queue.pending_event_ids_session = LRUCache(2 * sessions)
    queue.send_message = _to_the_known(queue)  # type: ignore[method-assign, assignment]
    queue.push = _with_short_words(queue.push)  # type: ignore[method-assign, assignment]
    file_upload_statuses._signals = _Signals(MOST_UPLOADS)  # type: ignore[assignment]
    file_upload_statuses._statuses = LRUCache(MOST_UPLOADS)


def _to_the_known(queue: Queue) -> Callable[[Event, EventMessage], None]:
    """What is said to a session that had to go would fail, and with it whatever else was being done, for others too."""
    say = queue.send_message

    def send(event: Event, event_message: EventMessage) -> None:
        if event.session_hash in queue.pending_messages_per_session:
            say(event, event_message)

    return send


def _with_short_words(push: Callable[..., Awaitable[Pushed]]) -> Callable[..., Awaitable[Pushed]]:
    async def refusing(body: PredictBodyInternal, *rest: Any, **named: Any) -> Pushed:
        if len(body.session_hash or "") > LONGEST_WORD:
            return False, "The word for this session is too long.", "error"
        return await push(body, *rest, **named)

    return refusing
