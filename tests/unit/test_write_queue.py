"""Queue of pending writes: each job is taken once, jobs of a key in order, and none waits behind a thread that is stuck."""

import asyncio
import threading
from collections.abc import Hashable, Iterable, Iterator

import pytest

from models.db.write_queue import WriteJob, WriteQueue

THREADS = 4
KEYS = [f"key {number}" for number in range(7)]
PATIENCE_S = 20.0


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


def job(loop: asyncio.AbstractEventLoop, key: str) -> WriteJob:
    return WriteJob(lambda session: None, loop, loop.create_future(), (key,))


@pytest.mark.parametrize("releases_with_next", [True, False])
def test_each_job_is_taken_once_and_in_the_order_of_its_key(loop: asyncio.AbstractEventLoop, releases_with_next: bool) -> None:
    queue = WriteQueue()
    taken: dict[Hashable, list[WriteJob]] = {key: [] for key in KEYS}
    held: set[Hashable] = set()
    held_twice: list[Hashable] = []
    guard = threading.Lock()

    def work() -> None:
        done: Iterable[Hashable] = ()
        while (groups := queue.take(done)) is not None:
            with guard:
                held_twice.extend(held & groups.keys())
                held.update(groups)
                for key, group in groups.items():
                    taken[key] += group
            with guard:
                held.difference_update(groups)
            done = groups.keys()
            if not releases_with_next:
                queue.release(done)
                done = ()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
    for each in threads:
        each.start()
    jobs = [(KEYS[number % len(KEYS)], job(loop, KEYS[number % len(KEYS)])) for number in range(3_000)]
    for key, each_job in jobs:
        queue.put(key, each_job)
    queue.close()
    for each in threads:
        each.join(PATIENCE_S)
    assert not any(each.is_alive() for each in threads)
    assert held_twice == []
    assert taken == {key: [each_job for its_key, each_job in jobs if its_key == key] for key in KEYS}


def test_jobs_of_other_keys_are_taken_while_a_thread_is_stuck(loop: asyncio.AbstractEventLoop) -> None:
    queue = WriteQueue()
    stuck, go_on, all_taken = threading.Event(), threading.Event(), threading.Event()
    taken: set[Hashable] = set()

    def work() -> None:
        done: Iterable[Hashable] = ()
        while (groups := queue.take(done)) is not None:
            if "stuck" in groups:
                stuck.set()
                go_on.wait(PATIENCE_S)
            else:
                taken.update(groups)
            if taken.issuperset(KEYS):
                all_taken.set()
            done = groups.keys()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
    for each in threads:
        each.start()
    queue.put("stuck", job(loop, "stuck"))
    assert stuck.wait(PATIENCE_S)
    for key in KEYS:
        queue.put(key, job(loop, key))
    assert all_taken.wait(PATIENCE_S)
    go_on.set()
    queue.close()
    for each in threads:
        each.join(PATIENCE_S)
    assert not any(each.is_alive() for each in threads)
