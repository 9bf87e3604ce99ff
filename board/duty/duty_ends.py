"""Background task that ends duties by time and reopens the alarms of people who are no longer on duty, in small transactions. See
`board.commands.duty.ends`.

Each process checks every second. Due work is checked again under the lock of its board, so each duty ends once, by whichever
process is first. After a database outage, duties end late.
"""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NoReturn

from sqlmodel import Session

from board.commands.duty import ends, plan
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from models.board import OPERATIONS

POLL_S = 1.0
BATCH_SIZE = 50  # duties or alarms of one transaction


class DutyEnds:
    """Task that ends the duties of one installation."""

    def __init__(self, service: BoardService) -> None:
        self._service = service
        self._server = ends.ServerWriters(service.clock, service.alarm_rules, service.task_catalogue)

    async def run(self) -> NoReturn:
        """End duties and reopen alarms, until cancelled."""
        await run_on_database(self.look, POLL_S, "ends of duties delayed")

    async def look(self) -> None:
        """End the duties whose time is up, then reopen the alarms of their people. Raises DatabaseUnavailable."""
        service, now = self._service, self._service.clock()
        for ids in _batches(await service.database.read(partial(ends.over, now=now))):
            await service.write(partial(ends.end_duties, server=self._server, ids=ids), boards=(OPERATIONS,))

        def read(session: Session) -> tuple[list[str], dict[str, list[str]]]:
            return plan.past(session, now), dict(ends.left_alarms(session, now))

        past, left = await service.database.read(read)
        if past:
            await service.write(partial(ends.clear_plan, server=self._server, ids=past), boards=(OPERATIONS,))
        results = await asyncio.gather(*(self._reopen(board, ids) for board, ids in left.items()), return_exceptions=True)
        for failure in filter(None, results):  # if a board fails, the other boards are still processed
            raise failure

    async def _reopen(self, board: str, alarms: Sequence[str]) -> None:
        for ids in _batches(alarms):
            await self._service.write(partial(ends.reopen, server=self._server, board=board, ids=ids), boards=(board,))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), BATCH_SIZE):
        yield ids[start : start + BATCH_SIZE]
