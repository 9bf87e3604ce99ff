"""Reads that wait share a session; each gets its own result, refusal or error."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from models.db.read_queue import MAX_SHARED, ReadQueue

PATIENCE_S = 10


class Sessions:
    """Stand-in for a database: it counts its sessions, and holds the first one until it is let go."""

    def __init__(self) -> None:
        self.count, self.held = 0, threading.Event()

    def read_now(self, fn: Callable[[Any], Any]) -> Any:
        self.count += 1
        return fn(self.count)

    def hold(self, session: object) -> str:
        assert self.held.wait(PATIENCE_S)
        return "held"


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


def fails(session: object) -> str:
    raise SQLAlchemyError


def refuses(session: object) -> str:
    raise LookupError


async def test_reads_that_wait_share_a_session_and_a_refusal_is_ones_own(sessions: Sessions) -> None:
    with ThreadPoolExecutor(1) as threads:
        queue = ReadQueue(threads, 1, sessions.read_now)
        first = queue.put(sessions.hold)
        waiting = [queue.put(lambda session: session), queue.put(refuses), queue.put(lambda session: session)]
        sessions.held.set()
        results = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert results[0] == "held"
    assert [results[1], results[3]] == [2, 2]
    assert isinstance(results[2], LookupError)
    assert sessions.count == 2


async def test_each_read_runs_by_itself_if_the_database_failed_one(sessions: Sessions) -> None:
    with ThreadPoolExecutor(1) as threads:
        queue = ReadQueue(threads, 1, sessions.read_now)
        first = queue.put(sessions.hold)
        waiting = [queue.put(lambda session: "a"), queue.put(fails), queue.put(lambda session: "b")]
        sessions.held.set()
        results = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert [results[1], results[3]] == ["a", "b"]
    assert isinstance(results[2], SQLAlchemyError)


async def test_no_more_than_a_number_of_reads_share_a_session(sessions: Sessions) -> None:
    with ThreadPoolExecutor(1) as threads:
        queue = ReadQueue(threads, 1, sessions.read_now)
        first = queue.put(sessions.hold)
        waiting = [queue.put(lambda session: session) for _ in range(MAX_SHARED + 1)]
        sessions.held.set()
        results = await asyncio.gather(first, *waiting)
    assert results[1:] == [2] * MAX_SHARED + [3]


async def test_a_read_behind_a_long_one_gets_a_thread_of_its_own(sessions: Sessions) -> None:
    with ThreadPoolExecutor(2) as threads:
        queue = ReadQueue(threads, 2, sessions.read_now)
        long = queue.put(sessions.hold)
        assert await asyncio.wait_for(queue.put(lambda session: "meanwhile"), PATIENCE_S) == "meanwhile"
        assert not long.done()
        sessions.held.set()
        assert await long == "held"


async def test_reads_after_the_threads_were_stopped_are_cancelled(sessions: Sessions) -> None:
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    with pytest.raises(asyncio.CancelledError):
        await ReadQueue(threads, 1, sessions.read_now).put(lambda session: "never")
