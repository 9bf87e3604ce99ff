"""Run of an erasure: its steps in order, in small transactions. Any process continues it after a crash, from its current step.

It is done only after a recount finds nothing and the database has removed the remains of deleted rows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import structlog
from sqlmodel import Session, col, select

from board.audit import writer
from board.audit.entries import PartErased, SearchErased
from board.config import search_keys
from board.engine import unit_of_work
from board.errors import OperationError
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable
from board.retention import erased_entries, erased_files, erasure_steps, part_steps, requests
from board.retention.erasures import person_name
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from models.db.database import Database
from models.db.errors import DatabaseUnavailable, error_code
from models.erasure import ASKED, DONE, SEARCH, Erasure
from models.file import File
from models.times import format_utc, now
from models.upkeep import has_sealed_backups

log = structlog.get_logger()

POLL_S = 60.0
PAUSE_S = 0.02  # between two transactions, so that commands are written
STEPS = ("copies", "rows", "files", "events", "entries", "key", "count", "space")
PART_STEPS = ("part_events", "part_rows", "part_files", "entries", "count", "space")  # of a card, note, contact or file
MAX_RECOUNTS = 3  # in one run; the server's next run continues


class ErasureRun:
    """Erasures of one installation that two people agreed to."""

    def __init__(
        self, database: Database, files: FileStore, agreed: asyncio.Event | None = None, *, keys_file: str | None
    ) -> None:
        """Set the event and the file. `agreed`: set when two people agreed, to wake the run. `keys_file`: file with the keys of
        searches."""
        self._database, self._files, self._agreed, self._keys_file = database, files, agreed, keys_file
        self._steps: dict[str, Callable[[Erasure], Awaitable[bool]]] = {
            "copies": partial(self._write, erasure_steps.erase_copies), "rows": partial(self._write, erasure_steps.delete_rows),
            "files": self._delete_files, "events": partial(self._write, erasure_steps.erase_events),
            "part_events": partial(self._write, part_steps.erase_events),
            "part_rows": partial(self._write, part_steps.delete_rows), "part_files": self._delete_bytes,
            "entries": self._erase_entries, "key": self._destroy_key, "count": self._count, "space": self._reclaim_space,
        }  # fmt: skip

    @classmethod
    def of(cls, service: BoardService) -> "ErasureRun":
        """Return the run of a server."""
        return cls(service.database, service.files, service.erasures_agreed, keys_file=service.settings.search_keys_file)

    async def run(self) -> NoReturn:
        """Continue open erasures, until cancelled."""
        await run_on_database(self._run_once, POLL_S, "erasure failed", wake=self._agreed)

    async def _run_once(self) -> None:
        try:
            await self._expire_requests()
            await self.continue_all()
        except FilesUnavailable:
            return  # the store has logged it; the next run continues
        except OperationError as error:
            log.error("search key not destroyed", reason=str(error))

    async def _expire_requests(self) -> None:
        for id in await self._database.read(lambda session: requests.expired(session, now())):
            await self._database.write(partial(requests.expire, id=id))

    async def continue_all(self) -> int:
        """Continue all open erasures, even if one fails; return how many ended.

        Raises DatabaseUnavailable immediately. Raises the first other failure at the end: FilesUnavailable, or OperationError if
        a key can't be destroyed.
        """
        ended, failures = 0, list[Exception]()
        for id in await self._database.read(open_erasures):
            try:
                ended += await self.continue_one(id)
            except DatabaseUnavailable:
                raise
            except Exception as error:
                log.warning("erasure stuck", erasure=id, error=error_code(error))
                failures.append(error)
        if failures:
            raise failures[0]
        return ended

    async def continue_one(self, id: str) -> bool:
        """Continue an erasure; return whether it ended. Raises as `continue_all`."""
        recounts = 0
        while True:
            row = await self._database.read(lambda session: session.get_one(Erasure, id))
            if row.step in (ASKED, DONE):
                return row.step == DONE
            if await self._steps[row.step](row):
                await self._database.write(partial(_go_on, id=id, step=row.step))
            elif row.step == "space":
                return False  # other connections use the file: the next run tries again
            elif row.step == "count" and (recounts := recounts + 1) >= MAX_RECOUNTS:
                return False
            await asyncio.sleep(PAUSE_S)

    async def _write(self, fn: Callable[[Session, Erasure], bool], row: Erasure) -> bool:
        return await self._database.write(lambda session: fn(session, row))

    async def _delete_files(self, row: Erasure) -> bool:
        return await erased_files.delete_files(self._database, self._files, row.board)

    async def _delete_bytes(self, row: Erasure) -> bool:
        ids = [part.id for part in part_steps.parts(row) if part.kind == File.KIND]
        return await erased_files.delete_bytes(self._database, self._files, ids)

    async def _erase_entries(self, row: Erasure) -> bool:
        """Erase a page of entries of the audit journal. Reading finds them, so that no scan blocks the writer."""
        page = await self._database.read_heavy(partial(erased_entries.next_page, ids=_ids(row), position=row.position))

        def write(session: Session) -> None:
            erased_entries.erase(session, row.board, page.seqs)
            session.get_one(Erasure, row.id).position = page.position

        await self._database.write(write)
        if page.is_last and row.kind == SEARCH:
            await self._blank_details(row.board)
        return page.is_last

    async def _blank_details(self, board: str) -> None:
        """Remove the names of files from the reads of a search in batches, because it can have a million of them."""
        ids = [""]
        while ids := await self._database.read_heavy(partial(erased_entries.reads_with_details, board=board, after=ids[-1])):
            await self._database.write(partial(erased_entries.blank_details, ids=ids))
            await asyncio.sleep(PAUSE_S)

    async def _destroy_key(self, row: Erasure) -> bool:
        """Destroy the key of the search, so that no earlier backup of it is readable. Raises OperationError if the file can't be
        used."""
        if self._keys_file is None:
            if await self._database.read(has_sealed_backups):
                raise OperationError("Backups are sealed by keys of searches. Set SEARCH_KEYS_FILE, also on this machine.")
        else:
            await asyncio.to_thread(search_keys.destroy, Path(self._keys_file), row.board)
        return True

    async def _count(self, row: Erasure) -> bool:
        """Count everything again. If something is left, restart with the first step."""
        remains = await self._database.read_heavy(partial(_remains, row=row))
        entries = await self._remaining_entries(row)
        if not remains and not entries:
            return True
        log.warning("erasure incomplete", board=row.board, tables=",".join(remains), entries=entries)
        await self._database.write(partial(_restart, id=row.id))
        return False

    async def _remaining_entries(self, row: Erasure) -> int:
        page, count = erased_entries.Page([], 0, is_last=False), 0
        while not page.is_last:
            page = await self._database.read_heavy(partial(erased_entries.next_page, ids=_ids(row), position=page.position))
            count += len(page.seqs)
        return count

    async def _reclaim_space(self, row: Erasure) -> bool:
        """Let the database remove the remains of deleted rows; return whether it could."""
        report = await asyncio.to_thread(self._database.backend.remove_remains)
        if report is not None:
            await self._database.write(partial(_keep_report, id=row.id, report=report))
        return report is not None


def open_erasures(session: Session) -> list[str]:
    """Return the ids of the erasures that began and have not ended, oldest first."""
    is_open = col(Erasure.ended_at).is_(None), Erasure.step != ASKED
    return list(session.exec(select(Erasure.id).where(*is_open).order_by(Erasure.id)))


def _go_on(session: Session, id: str, step: str) -> None:
    """Advance to the step after this one, unless another process has done it."""
    row = _locked(session, id)
    if row.step != step:
        return
    steps = STEPS if row.kind == SEARCH else PART_STEPS
    if step == steps[-1]:
        row.step, row.ended_at = DONE, format_utc(now())
        writer.write(session, _entry(session, row))
    else:
        row.step = steps[steps.index(step) + 1]


def _entry(session: Session, row: Erasure) -> SearchErased | PartErased:
    """Return the audit entry for the end of an erasure."""
    asked_by, agreed_by = (person_name(session, each or "") for each in (row.asked_by, row.agreed_by))
    if row.kind == SEARCH:
        return SearchErased(id=row.board, asked_by=asked_by, agreed_by=agreed_by, typed_reason=row.reason, counts=row.counts)
    return PartErased(
        id=row.board, part=row.kind, asked_by=asked_by, agreed_by=agreed_by, typed_reason=row.reason, counts=row.counts
    )


def _ids(row: Erasure) -> list[str]:
    """Return the ids in audit entries about the erased search or parts."""
    return [row.board] if row.kind == SEARCH else [part.id for part in part_steps.parts(row)]


def _remains(session: Session, row: Erasure) -> dict[str, int]:
    return erasure_steps.remains(session, row) if row.kind == SEARCH else part_steps.remains(session, row)


def _restart(session: Session, id: str) -> None:
    row = _locked(session, id)
    if row.step != "count":  # another process has advanced it
        return
    row.step, row.position = (STEPS if row.kind == SEARCH else PART_STEPS)[0], 0


def _keep_report(session: Session, id: str, report: dict[str, int | str]) -> None:
    _locked(session, id).report = report


def _locked(session: Session, id: str) -> Erasure:
    """Return an erasure, with its board locked until the commit: two processes may continue it at the same time."""
    unit_of_work.lock_board(session, session.get_one(Erasure, id).board)
    row = session.get_one(Erasure, id)
    session.refresh(row)
    return row
