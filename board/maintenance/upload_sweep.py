"""Sweep of uploads beside the writers: a day after they were begun, deletes those that nobody attached, and what is stored of
them.

An upload's row is deleted last, so a sweep that was interrupted goes on with it. Each process looks every ten minutes.
"""

import asyncio
from datetime import timedelta
from functools import partial
from typing import NoReturn

import structlog

from board.files.http import upload_rows
from board.files.http.uploads import forget
from board.files.unavailable import FilesUnavailable
from board.service import BoardService
from board.telemetry.periodic import run_on_database

log = structlog.get_logger()

POLL_S = 600.0
PAGE_SIZE = 100
PAUSE_S = 0.02  # between two of them, in which commands are written
STRAY = timedelta(days=2)  # age of a stored part that belongs to no upload any more: those are deleted after a day
STRAY_EVERY = 144  # looks between two listings of the store: a day


class UploadSweep:
    """Sweep of one installation's uploads."""

    def __init__(self, service: BoardService) -> None:
        self._service = service
        self._looks = 0

    async def run(self) -> NoReturn:
        """Sweep what is due, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "upload sweep failed")

    async def _run_once(self) -> None:
        try:
            await self.sweep()
            if self._looks % STRAY_EVERY == 0:
                await self.sweep_strays()
        except FilesUnavailable:
            return  # the store has logged it; the next look goes on
        self._looks += 1

    async def sweep(self) -> int:
        """Sweep all that is due; return how many uploads. Raises FilesUnavailable or DatabaseUnavailable."""
        count, now = 0, self._service.clock()
        while ids := await self._service.database.read(lambda session: upload_rows.due(session, now, PAGE_SIZE)):
            for id in ids:
                dropped = await self._service.database.write(partial(upload_rows.sweep, id=id))
                if dropped is not None:
                    await forget(self._service, dropped)
                    count += 1
                await asyncio.sleep(PAUSE_S)
        if count:
            log.info("uploads swept", count=count)
        return count

    async def sweep_strays(self) -> int:
        """Delete parts that a killed process stored and no upload knows of; return how many. Only parts are judged by their age:
        files are deleted by their rows alone, so a store that two installations share by mistake loses none."""
        files, count = self._service.files, 0
        if not files.is_set:
            return 0
        before = (self._service.clock() - STRAY).timestamp()
        old: list[str] = []
        async for each in files.list("uploads/"):
            if each.changed_at < before:
                old.append(each.key)
            if len(old) >= PAGE_SIZE:
                await files.delete(old)
                count, old = count + len(old), []
        await files.delete(old)
        await files.discard_leftovers()
        return count + len(old)
