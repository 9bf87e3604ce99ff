"""Entries of the audit journal that a test causes, read from the database, so that reading them is not an entry."""

from typing import Any

from sqlmodel import Session

from board.audit.log import reading
from board.audit.log.reading import AuditEntry, Filter
from board.service import BoardService
from models.board import AUDIT, Board
from models.db.database import Database

MAX_READ = 5_000


class AuditRecord:
    """Entries since `restart`, oldest first."""

    def __init__(self, service: BoardService) -> None:
        self.service, self._after = service, 0

    async def restart(self) -> None:
        """Ignore everything that was counted or written so far."""
        await self.flush()
        self._after = await self.service.database.read(lambda session: session.get_one(Board, AUDIT).seq)

    async def flush(self) -> None:
        """Write all entries, including reads that were only counted."""
        self.service.repeats.end_windows()
        self.service.read_log.end_windows()
        await self.service.read_log.write_ends()
        await self.service.repeats.write()

    async def entries(self, by: str | None = None, kind: str | None = None) -> list[AuditEntry]:
        """Return the entries of an account and a kind, without reads that were only counted."""
        await self.service.repeats.write()
        found = await read_entries(self.service.database, kind)
        return [entry for entry in found if entry.seq > self._after and by in (None, entry.actor["id"])]

    async def types(self, by: str | None = None) -> list[str]:
        return [entry.type for entry in await self.entries(by)]

    async def one(self, by: str, kind: str) -> AuditEntry:
        (entry,) = await self.entries(by, kind)
        return entry


async def read_entries(database: Database, kind: str | None = None) -> list[AuditEntry]:
    """Return the entries of a kind, oldest first."""

    def read(session: Session) -> list[AuditEntry]:
        return reading.newest(session, Filter(kind=kind), 2**53, MAX_READ)[::-1]

    return await database.read(read)


def about(entry: AuditEntry) -> dict[str, Any]:
    """Return the fields of an entry without its count."""
    return {name: value for name, value in entry.about.items() if name not in ("count", "since")}
