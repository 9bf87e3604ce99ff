"""Background tasks: a failure is logged with its name, and tried again; a task that ends is not silent."""

import asyncio

import pytest
from structlog.testing import capture_logs

from board.telemetry.periodic import log_end, run_until_done
from models.db.errors import DatabaseUnavailable


async def test_task_is_tried_again_until_it_succeeds() -> None:
    faults: list[Exception] = [DatabaseUnavailable(), ValueError("payload")]

    async def work() -> None:
        if faults:
            raise faults.pop(0)

    with capture_logs() as logs:
        await run_until_done(work, 0.0, "work failed")
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("work failed", "warning"), ("work failed", "error")]


async def test_task_that_is_cancelled_ends_quietly() -> None:
    async def work() -> None:
        raise ValueError

    task = asyncio.create_task(run_until_done(work, 60.0, "work failed"))
    task.add_done_callback(log_end)
    with capture_logs() as logs:
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [entry["event"] for entry in logs] == ["work failed"]


async def test_task_that_ends_with_an_error_is_named_in_the_log() -> None:
    async def work() -> None:
        raise ValueError

    task = asyncio.create_task(work(), name="BoardService.work")
    task.add_done_callback(log_end)
    with capture_logs() as logs:
        await asyncio.wait([task])
        await asyncio.sleep(0)
    assert [(entry["event"], entry["task"], entry["log_level"]) for entry in logs] == [
        ("background task ended", "BoardService.work", "error")
    ]
