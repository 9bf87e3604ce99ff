"""Archiving of closed searches, answered tips and ended alarms beside the writers, in small transactions, as told in
`board.commands.searches.archiving`; and making room on boards that are nearly full, see `board.commands.cards.room_sweep`.

Each process looks for what is due every ten minutes, and what is due is judged again under the lock of `operations`. So all
of it is archived once, whichever process comes first, and late where no server ran.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NoReturn

import structlog
from sqlmodel import Session

from board.commands.cards import room_sweep
from board.commands.execute import CommandResult
from board.commands.searches import archiving
from board.service import BoardService
from board.telemetry.periodic import run_on_database

log = structlog.get_logger()

POLL_S = 600.0
BATCH_SIZE = 50  # searches of one transaction: milliseconds, and one frame to each reader
PAUSE_S = 0.02  # between two of them, in which commands are written


class Archiving:
    """Archiving of one installation's closed searches, answered tips and ended alarms."""

    def __init__(self, service: BoardService) -> None:
        self._service, self._days = service, service.settings.archive_closed_days

    async def run(self) -> NoReturn:
        """Archive what is due, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "archiving failed")

    async def _run_once(self) -> None:
        await self.archive()
        await self.archive_tips()
        await self.archive_alarms()
        await self.make_room()

    async def archive(self) -> int:
        """Archive all that is due; return the number of searches. Raises DatabaseUnavailable; the rest is done the next time."""
        find, archive = partial(archiving.due, after_days=self._days), partial(archiving.archive, after_days=self._days)
        return await self._archive_due(find, archive, "search.archived", "searches archived")

    async def archive_tips(self) -> int:
        """Archive all tips that are due; return their number. Raises DatabaseUnavailable; the rest is done the next time."""
        return await self._archive_due(archiving.due_tips, archiving.archive_tips, "tip.archived", "tips archived")

    async def archive_alarms(self) -> int:
        """Remove all alarms of `operations` that are due; return their number. Raises DatabaseUnavailable, as above."""
        return await self._archive_due(archiving.due_alarms, archiving.archive_alarms, "alarm.archived", "alarms archived")

    async def make_room(self) -> int:
        """Make room where a board is nearly full or a share nearly used; return how many entities left. Raises
        DatabaseUnavailable; the rest is done the next time."""
        clock, shares, count = self._service.clock, self._service.shares, 0
        for sweep in await self._service.database.read(lambda session: room_sweep.due(session, shares)):
            make_room = partial(room_sweep.make_room, sweep=sweep, shares=shares, clock=clock, limit=BATCH_SIZE)
            while written := (await self._service.write(make_room, boards=(sweep.board,))).events:
                count += len(written)
                await asyncio.sleep(PAUSE_S)
        if count:
            log.info("entities left boards", count=count)
        return count

    async def _archive_due(
        self, find: Callable[[Session, datetime], list[str]], archive: Callable[..., CommandResult], type: str, logged: str
    ) -> int:
        clock, count = self._service.clock, 0
        due = await self._service.database.read(lambda session: find(session, clock()))
        for start in range(0, len(due), BATCH_SIZE):
            written = await self._service.write(partial(archive, ids=due[start : start + BATCH_SIZE], clock=clock))
            count += sum(event.type == type for event in written.events)
            await asyncio.sleep(PAUSE_S)
        if count:
            log.info(logged, count=count)
        return count
