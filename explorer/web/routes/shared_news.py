"""What one visitor of a run is told is told to the others too, for a moment: a class that looks on shares the processor with
the training.

A lone visitor is told what stands in the files. The more look on, the longer what was read for one holds for all, and the
less often their pages ask. All are told the same rows up to the same last one, and so they go on from there together.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from explorer.web.routes.answers import json_answer

Read = Callable[[str, tuple[str, ...], str, str], dict[str, Any]]
"""Run, parts, and the cursors after which and up to which rows of "metrics" are wanted → the parts."""
SECONDS_A_VISITOR = 0.05
"""So twenty visitors ask once a second each, and one file is read for them once a second."""
LOOKING_SECONDS = 10.0
"""Who hasn't asked for so long looks at something else; a page of a run at rest asks each four seconds."""
MOST_KEPT = 64
LARGEST_KEPT = 1 << 18
"""Answers of one moment, and bytes of one: a newcomer to a long run is told all its rows, which nobody else needs."""


@dataclass
class _Moment:
    """What was read at one time, of one run and certain parts."""

    begun: float
    last: str
    """The cursor of its newest row."""
    answers: dict[str, Response] = field(default_factory=dict)
    """By the cursor that a visitor knew before."""


class SharedNews:
    """Answers of one server. What takes long, to read them and to write them as JSON, happens in another thread."""

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic):
        self._read = read
        self._clock = clock
        self._moments: dict[tuple[str, tuple[str, ...]], _Moment] = {}
        self._looking: dict[str, float] = {}

    async def answer(self, visitor: str, name: str, parts: tuple[str, ...], since: str) -> Response:
        """The parts of a run's news as JSON, and as "again_ms" after how long a page may ask for more."""
        now, key = self._clock(), (name, parts)
        lasting = self._lasting(visitor, now)
        moment = self._moments.get(key)
        if moment is None or now - moment.begun >= lasting:
            moment = None
        elif (ready := moment.answers.get(since)) is not None:
            return ready
        last, answer = await run_in_threadpool(self._told, *key, since, moment.last if moment else "", lasting)
        if not lasting:
            return answer
        if moment is None:
            self._forget(now - lasting)
            moment = self._moments[key] = _Moment(now, last)
        if len(moment.answers) < MOST_KEPT and len(answer.body) <= LARGEST_KEPT:
            moment.answers[since] = answer
        return answer

    def _told(self, name: str, parts: tuple[str, ...], since: str, until: str, lasting: float) -> tuple[str, Response]:
        """The cursor of the newest row, and the answer."""
        found = self._read(name, parts, since, until)
        last = found["metrics"]["cursor"] if "metrics" in found else ""
        return last, json_answer({**found, "again_ms": round(1000 * lasting)})

    def _lasting(self, visitor: str, now: float) -> float:
        """For how many seconds what is read holds for all: no time where one visitor alone looks on."""
        self._looking[visitor] = now
        for gone in [each for each, asked in self._looking.items() if now - asked > LOOKING_SECONDS]:
            del self._looking[gone]
        return SECONDS_A_VISITOR * len(self._looking) if len(self._looking) > 1 else 0.0

    def _forget(self, before: float) -> None:
        for key in [key for key, moment in self._moments.items() if moment.begun <= before]:
            del self._moments[key]
