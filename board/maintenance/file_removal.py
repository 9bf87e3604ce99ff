"""Removal of withdrawn files from the store: expired, erased, or removed by two coordinators.

The event of the removal is committed first. The next run resumes an interrupted removal, because the row counts the bytes until
they are deleted.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any, NoReturn

import structlog
from sqlalchemy import Row, bindparam, literal_column, select, update
from sqlmodel import Session

from board.commands.files import file_expiry
from board.files import usage
from board.files.unavailable import FilesUnavailable
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from models.db.tables import columns_of
from models.file import File

log = structlog.get_logger()

POLL_S = 600.0
PAGE_SIZE = 100
BATCH_SIZE = 25  # files of one search in one transaction: milliseconds
PAUSE_S = 0.02  # between two transactions, so that commands are written
SIZES = ("original", "thumb", "view")

_F = columns_of(File)
_REMOVED = (
    select(_F.id, _F.stored)
    # text: databases use the index `file_withdrawn` only for a literal
    .where(_F.withdrawn.is_not(None), _F.stored > literal_column("0"), _F.removed.is_not(None))
    .order_by(_F.id)
    .limit(PAGE_SIZE)
)
_GONE = update(File).where(_F.id == bindparam("row"), _F.stored == bindparam("bytes"), _F.removed.is_not(None)).values(stored=0)


class FileRemoval:
    """Removal of one installation's withdrawn files."""

    def __init__(self, service: BoardService) -> None:
        self._service, self._after_days = service, service.file_shares.withdrawn_days

    async def run(self) -> NoReturn:
        """Remove due files soon after a removal was confirmed, and every POLL_S, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "file removal failed", wake=self._service.files_removed)

    async def _run_once(self) -> None:
        await self.expire()
        try:
            await self.delete_bytes()
        except FilesUnavailable:
            return  # the store has logged it; the next run continues

    async def expire(self) -> int:
        """Write the removal of all due files, and of all files with erased parts; return their number.

        Raises DatabaseUnavailable.
        """
        count = await self._expire_all(erased=False) + await self._expire_all(erased=True)
        if count:
            log.info("withdrawn files expired", count=count)
        return count

    async def _expire_all(self, erased: bool) -> int:
        count, now = 0, self._service.clock()
        find = partial(file_expiry.due, now=now, after_days=self._after_days, limit=PAGE_SIZE, erased=erased)
        while rows := await self._service.database.read(find):
            page_count = 0
            for board, group in groupby(rows, key=lambda row: str(row.board)):
                page_count += await self._expire(board, [row.id for row in group], erased)
            count += page_count
            if not page_count:  # brought back in the meantime
                break
        return count

    async def _expire(self, board: str, ids: Sequence[str], erased: bool) -> int:
        count = 0
        for start in range(0, len(ids), BATCH_SIZE):
            batch = ids[start : start + BATCH_SIZE]
            clock, days = self._service.clock, self._after_days
            fn = partial(file_expiry.remove_due, board=board, ids=batch, clock=clock, after_days=days, erased=erased)
            count += len((await self._service.write(fn, boards=(board,))).events)
            await asyncio.sleep(PAUSE_S)
        return count

    async def delete_bytes(self) -> int:
        """Delete the bytes of all removed files; return the number of files. Raises FilesUnavailable or DatabaseUnavailable."""
        count = 0
        while rows := await self._service.database.read(_removed):
            for row in rows:
                await self._service.files.delete([f"files/{row.id}/{size}" for size in SIZES])
                count += await self._service.database.write(partial(_count_as_gone, id=row.id, stored=row.stored))
                await asyncio.sleep(PAUSE_S)
        if count:
            log.info("removed files deleted", count=count)
        return count


def _removed(session: Session) -> list[Row[Any]]:
    return list(session.connection().execute(_REMOVED))


def _count_as_gone(session: Session, id: str, stored: int) -> int:
    """Count the bytes of a file as free. Return 1, or 0 if another process did it first."""
    if not session.connection().execute(_GONE, {"row": id, "bytes": stored}).rowcount:
        return 0
    usage.add(session, -stored)
    return 1
