"""Gradio's queue looks for work less often while there is none.

It (6.31) looks into its empty queue a thousand times a second and for progress to tell a hundred times, which takes a tenth
of a core from the training. At an upgrade: look whether `Queue` still sleeps for these two times.
"""

from gradio.queueing import Queue

QUEUE_PAUSE_SECONDS = 0.1
PROGRESS_PAUSE_SECONDS = 0.25


def calm(queue: Queue) -> None:
    """For one page, before it is served. Raises AttributeError where Gradio has no such pauses any more."""
    for name, seconds in (
        ("sleep_when_free", QUEUE_PAUSE_SECONDS),
        ("progress_update_sleep_when_free", PROGRESS_PAUSE_SECONDS),
    ):
        getattr(queue, name)
        setattr(queue, name, seconds)
