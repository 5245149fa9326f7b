"""What one visitor is told holds for the others for a moment. The clock is the test's own."""

import asyncio
import json
import threading
from typing import Any

import pytest

from explorer.web.routes import shared_news
from explorer.web.routes.shared_news import LOOKING_SECONDS, SECONDS_A_VISITOR, SharedNews

PARTS = ("status", "metrics")


class Training:
    """A run that has another row at each reading: rows are numbers, and a cursor is that of the last one known."""

    def __init__(self) -> None:
        self.read: list[tuple[str, str]] = []
        self.rows = 0
        self.now = 0.0
        self.news = SharedNews(self._read, lambda: self.now)

    def _read(self, name: str, parts: tuple[str, ...], since: str, until: str) -> dict[str, Any]:
        self.read.append((since, until))
        self.rows += 1
        last = int(until or self.rows)
        rows = list(range(int(since or 0) + 1, last + 1))
        found = {"status": {"step": self.rows}, "metrics": {"cursor": str(last), "rows": rows}}
        return {part: found[part] for part in parts}

    def ask(self, visitor: int, since: str = "", parts: tuple[str, ...] = PARTS) -> dict[str, Any]:
        answer = asyncio.run(self.news.answer(f"visitor {visitor}", "run", parts, since))
        return dict(json.loads(bytes(answer.body)))


def test_a_lone_visitor_is_told_what_stands_in_the_files() -> None:
    training = Training()
    first, second = training.ask(1), training.ask(1)
    assert (first["status"]["step"], second["status"]["step"]) == (1, 2)
    assert first["again_ms"] == 0


def test_many_are_read_for_once_and_go_on_together() -> None:
    training = Training()
    visitors = range(20)
    before = [training.ask(visitor) for visitor in visitors]
    training.now += 20 * SECONDS_A_VISITOR
    training.read.clear()
    cursors = [told["metrics"]["cursor"] for told in before]
    after = [training.ask(visitor, cursor) for visitor, cursor in zip(visitors, cursors, strict=True)]
    assert len({told["metrics"]["cursor"] for told in after}) == 1
    known = [rows["metrics"]["rows"] + more["metrics"]["rows"] for rows, more in zip(before, after, strict=True)]
    assert all(rows == known[0] == list(range(1, len(known[0]) + 1)) for rows in known)
    together = after[0]["metrics"]["cursor"]
    for moment in range(3):
        training.read.clear()
        training.now += 20 * SECONDS_A_VISITOR
        told = [training.ask(visitor, together) for visitor in visitors]
        assert len(training.read) == 1, moment
        assert all(each == told[0] for each in told)
        together = told[0]["metrics"]["cursor"]
    assert told[0]["again_ms"] == 1000 * 20 * SECONDS_A_VISITOR


def test_no_other_visitor_waits_while_an_answer_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    write, threads = shared_news.json_answer, []
    monkeypatch.setattr(shared_news, "json_answer", lambda value: threads.append(threading.get_ident()) or write(value))
    Training().ask(1)
    assert len(threads) == 1 and threading.get_ident() not in threads, "the page's own thread answers everybody"


def test_who_left_is_forgotten() -> None:
    training = Training()
    assert training.ask(1)["again_ms"] == 0
    assert training.ask(2)["again_ms"] == 2000 * SECONDS_A_VISITOR
    training.now += LOOKING_SECONDS + 1
    assert training.ask(1)["again_ms"] == 0


def test_other_parts_and_other_cursors_are_other_answers() -> None:
    training = Training()
    training.ask(1)
    both = training.ask(2)
    assert training.ask(2) == both
    assert set(training.ask(2, parts=("status",))) == {"status", "again_ms"}
    assert training.ask(2, since=both["metrics"]["cursor"])["metrics"]["rows"] == []


def test_a_long_answer_and_many_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_news, "MOST_KEPT", 1)
    training = Training()
    training.ask(1)
    training.ask(2)
    training.read.clear()
    training.ask(2)
    training.ask(2, since="1")
    training.ask(2, since="1")
    assert len(training.read) == 2
    monkeypatch.setattr(shared_news, "LARGEST_KEPT", 1)
    training.now += 1
    training.read.clear()
    training.ask(2)
    training.ask(2)
    assert len(training.read) == 2
