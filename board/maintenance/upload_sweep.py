"""Sweep of uploads: deletes those that nobody attached within a day, and their stored parts.

A row is deleted last, so the next sweep resumes an interrupted one. Each process sweeps every ten minutes.
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
PAUSE_S = 0.02  # between two transactions, so that commands are written
STRAY = timedelta(days=2)  # age of a stray part: uploads, with their parts, are deleted after a day
STRAY_EVERY = 144  # sweeps between two listings of the store: a day


class UploadSweep:
    """Sweep of one installation's uploads."""

    def __init__(self, service: BoardService) -> None:
        self._service = service
        self._looks = 0

    async def run(self) -> NoReturn:
        """Sweep due uploads, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "upload sweep failed")

    async def _run_once(self) -> None:
        try:
            await self.sweep()
            if self._looks % STRAY_EVERY == 0:
                await self.sweep_strays()
        except FilesUnavailable:
            return  # the store has logged it; the next sweep continues
        self._looks += 1

    async def sweep(self) -> int:
        """Sweep all due uploads; return their number. Raises FilesUnavailable or DatabaseUnavailable."""
        count, now = 0, self._service.clock()
        while ids := await self._service.database.read(lambda session: upload_rows.due(session, now, PAGE_SIZE)):
            for id in ids:
                upload = await self._service.database.write(partial(upload_rows.sweep, id=id))
                if upload is not None:
                    await forget(self._service, upload)
                    count += 1
                await asyncio.sleep(PAUSE_S)
        if count:
            log.info("uploads swept", count=count)
        return count

    async def sweep_strays(self) -> int:
        """Delete parts that a killed process left in the store; return their number.

        Only parts are deleted by age. Files are deleted by their rows, so that two installations that share a store by mistake
        lose none.
        """
        files, count = self._service.files, 0
        if not files.is_set:
            return 0
        before = (self._service.clock() - STRAY).timestamp()
        keys: list[str] = []
        async for stored in files.list("uploads/"):
            if stored.changed_at < before:
                keys.append(stored.key)
            if len(keys) >= PAGE_SIZE:
                await files.delete(keys)
                count, keys = count + len(keys), []
        await files.delete(keys)
        await files.discard_leftovers()
        return count + len(keys)
