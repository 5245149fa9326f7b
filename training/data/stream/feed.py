"""What is trained on of a stream: all of its clips once an epoch, shuffled in blocks, read ahead by processes of their own.

Clips are taken from the readers in turn and gathered in blocks; a block is shuffled and handed out whole before the next
one, which is filled meanwhile. So no more than two blocks are in memory, however many shards there are, and all that a
resume needs is where the readers stood when the block began and how much of it was handed out: it goes on with the very
next clip. The same seed and number of readers give the same order, as long as the same shards can be read.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import replace

from training.data.stream.messages import Job
from training.data.stream.order import Team
from training.data.stream.troubles import Troubles
from training.data.stream.turns import Block, Clip, FeedPosition, ReadersInTurn

BLOCK_BYTES = 128 * 2**20
"""Of samples in a block, if all of its clips are as long as a window; two blocks are held at once."""
MOST_BLOCK_CLIPS = 4_096
FIRST_BLOCK_CLIPS = 512
"""An epoch begins with a small block, so that nobody waits for a large one; each next one is twice as large."""
ASK_SECONDS = 0.1


class Feed:
    """The clips of a stream for one rank, in the order in which they are trained on. `close` ends all of its processes."""

    def __init__(
        self,
        reference: str,
        shards: tuple[str, ...],
        window_samples: int,
        seed: int,
        team: Team,
        standing: FeedPosition | None = None,
    ) -> None:
        """`standing`: where it goes on, with as many readers as the team has; None is the beginning."""
        self.troubles = Troubles()
        self.block_clips = max(1, min(MOST_BLOCK_CLIPS, BLOCK_BYTES // (2 * window_samples)))
        self._job = Job(reference, 0, "", shards, window_samples, team, seed=seed)
        self._standing = standing or FeedPosition.at_epoch(0, team.readers)
        self._block: Block | None = None
        self._filling: _Filling | None = None

    @property
    def standing(self) -> FeedPosition:
        """Where it goes on."""
        return self._standing

    def begin(self) -> None:
        """Start reading, where it stands."""
        self.close()
        self._filling = _Filling(self._job, self._standing, self.block_clips, self.troubles)

    def next(self, count: int, give_up: Callable[[], bool] = lambda: False) -> list[Clip] | None:
        """The next `count` clips; None where `give_up`, asked while it waits for them, says so.

        Raises UserError where the stream can't be read.
        """
        if self._filling is None:
            self.begin()
        assert self._filling is not None
        taken: list[Clip] = []
        standing = self._standing
        while len(taken) < count:
            if self._block is None:
                self._block = self._filling.block(give_up)
                if self._block is None:
                    if taken:
                        self.close()  # none was handed out after all: what was taken is read again
                    return None
                if (standing.epoch, standing.block) != (self._block.begin.epoch, self._block.begin.block):
                    standing = self._block.begin
            more = self._block.clips[standing.drawn : standing.drawn + count - len(taken)]
            taken += more
            standing = replace(standing, drawn=standing.drawn + len(more))
            if standing.drawn >= len(self._block.clips):
                self._block = None
        self._standing = standing
        return taken

    def close(self) -> None:
        """End all processes and threads of it."""
        if self._filling is not None:
            self._filling.close()
        self._filling = self._block = None


class _Filling:
    """Reads blocks ahead, in a thread: one more than is being handed out."""

    def __init__(self, job: Job, begin: FeedPosition, most: int, troubles: Troubles) -> None:
        self._blocks: queue.SimpleQueue[Block | Exception] = queue.SimpleQueue()
        self._room = threading.Semaphore(1)
        """For a block that waits to be handed out."""
        self._closed = False
        self._most = most
        self._turns = ReadersInTurn(job, begin, troubles)
        self._thread = threading.Thread(target=self._fill, args=(begin.block,), name="read a stream", daemon=True)
        self._thread.start()

    def block(self, give_up: Callable[[], bool]) -> Block | None:
        """The next block, once all of the last one was handed out; None where `give_up` says so while it waits."""
        while True:
            try:
                found = self._blocks.get(timeout=ASK_SECONDS)
            except queue.Empty:
                if give_up():
                    return None
                continue
            if isinstance(found, Exception):
                self._blocks.put(found)  # for whoever asks again
                raise found
            self._room.release()
            return found

    def close(self) -> None:
        """Wait for the thread to end, once its readers have."""
        self._closed = True
        self._turns.close()
        self._room.release()
        self._thread.join()

    def _fill(self, number: int) -> None:
        try:
            while True:
                self._room.acquire()
                if self._closed:
                    return
                block = None
                while block is None:
                    block = self._turns.block(number, min(self._most, FIRST_BLOCK_CLIPS << min(number, 20)))
                    number = 0 if block is None else number + 1
                self._blocks.put(block)
        except EOFError:
            return  # it was closed
        except Exception as error:
            self._blocks.put(error)
