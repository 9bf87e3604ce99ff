"""Archiving of closed searches, answered tips and reports, and ended alarms, and making room on boards that are nearly full.

Rules: `board.commands.searches.archiving`, `board.commands.cards.room_sweep`. Each process searches for due rows every ten
minutes, and checks them again under the lock of `operations`, so that each is archived once. Without a server, they wait.
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
PAUSE_S = 0.02  # between two transactions, so that commands are written


class Archiving:
    """Archiving of one installation's closed searches, answered tips and reports, and ended alarms."""

    def __init__(self, service: BoardService) -> None:
        self._service, self._days = service, service.settings.archive_closed_days

    async def run(self) -> NoReturn:
        """Archive what is due, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "archiving failed")

    async def _run_once(self) -> None:
        await self.archive()
        await self.archive_tips()
        await self.archive_reports()
        await self.archive_alarms()
        await self.make_room()

    async def archive(self) -> int:
        """Archive all due searches; return their number. Raises DatabaseUnavailable; the next run does the rest."""
        find, archive = partial(archiving.due, after_days=self._days), partial(archiving.archive, after_days=self._days)
        return await self._archive_due(find, archive, "search.archived", "searches archived")

    async def archive_tips(self) -> int:
        """Archive all due tips; return their number. Raises DatabaseUnavailable; the next run does the rest."""
        return await self._archive_due(archiving.due_tips, archiving.archive_tips, "tip.archived", "tips archived")

    async def archive_reports(self) -> int:
        """Archive all due reports; return their number. Raises DatabaseUnavailable; the next run does the rest."""
        return await self._archive_due(archiving.due_reports, archiving.archive_reports, "report.archived", "reports archived")

    async def archive_alarms(self) -> int:
        """Remove all due alarms of `operations`; return their number. Raises DatabaseUnavailable; the next run does the rest."""
        return await self._archive_due(archiving.due_alarms, archiving.archive_alarms, "alarm.archived", "alarms archived")

    async def make_room(self) -> int:
        """Make room on boards that are nearly full or have a nearly used share; return the number of entities that left.

        Raises DatabaseUnavailable; the next run does the rest.
        """
        clock, shares, count = self._service.clock, self._service.shares, 0
        for sweep in await self._service.database.read(lambda session: room_sweep.due(session, shares)):
            make_room = partial(room_sweep.make_room, sweep=sweep, shares=shares, clock=clock, limit=BATCH_SIZE)
            while events := (await self._service.write(make_room, boards=(sweep.board,))).events:
                count += len(events)
                await asyncio.sleep(PAUSE_S)
        if count:
            log.info("entities left boards", count=count)
        return count

    async def _archive_due(
        self, find: Callable[[Session, datetime], list[str]], archive: Callable[..., CommandResult], type: str, log_event: str
    ) -> int:
        clock, count = self._service.clock, 0
        ids = await self._service.database.read(lambda session: find(session, clock()))
        for start in range(0, len(ids), BATCH_SIZE):
            result = await self._service.write(partial(archive, ids=ids[start : start + BATCH_SIZE], clock=clock))
            count += sum(event.type == type for event in result.events)
            await asyncio.sleep(PAUSE_S)
        if count:
            log.info(log_event, count=count)
        return count
