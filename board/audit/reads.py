"""Recorder of reads: one method for each kind of data. Each entry is durable when its method returns: call it before the data is
sent. Each method raises DatabaseUnavailable if the entry can't be written; then the data must not be sent.
"""

from board.audit.entries import (
    AuditRead,
    CallerRead,
    ContactRead,
    DocumentRead,
    ExportRead,
    FindRun,
    HistoryRead,
    OriginalRead,
    PhotoRead,
    PreviewRead,
    ReadersRead,
    Reading,
    ReportRead,
    SnapshotRead,
    SourceRead,
    TalkRead,
)
from board.audit.read_line import ReadLine
from board.audit.read_log import ReadLog
from board.engine.identity import Caller
from models.board import OPERATIONS


class Reads:
    """Recorder of reads."""

    def __init__(self, log: ReadLog) -> None:
        self._log = log

    async def follow(self, caller: Caller, board: str) -> ReadLine | None:
        """Record the start of a subscription. Return the line to pass to `end`."""
        return await self._log.follow(caller, SnapshotRead(id=board))

    def end(self, line: ReadLine) -> None:
        """Record the end of a subscription."""
        self._log.end(line)

    async def export(self, caller: Caller, board: str, file: str) -> None:
        await self._record(caller, ExportRead(id=board, file=file))

    async def disclosure(self, caller: Caller, entry: SourceRead | CallerRead | ContactRead | TalkRead | OriginalRead) -> None:
        await self._record(caller, entry)

    async def audit(self, caller: Caller, account: str | None) -> None:
        await self._record(caller, AuditRead(id="server", account=account))

    async def board(self, caller: Caller, board: str) -> None:
        await self._record(caller, SnapshotRead(id=board))

    async def part_of_board(self, caller: Caller, board: str, at: int | None = None) -> None:
        """Record a read of data that is computed from a board, now or at a seq. No-op if a subscription covers it."""
        if at is not None:
            await self.history(caller, board)
        elif not self._log.is_following(caller, entry := SnapshotRead(id=board)):
            await self._record(caller, entry)

    async def history(self, caller: Caller, board: str) -> None:
        await self._record(caller, HistoryRead(id=board))

    async def reads(self, caller: Caller, board: str) -> None:
        await self._record(caller, ReadersRead(id=board))

    async def report(self, caller: Caller, name: str) -> None:
        await self._record(caller, ReportRead(id=name))

    async def document(self, caller: Caller, board: str, file: str) -> None:
        await self._record(caller, DocumentRead(id=file, board=board))

    async def photo(self, caller: Caller, board: str, file: str) -> None:
        await self._record(caller, PhotoRead(id=file, board=board))

    async def file_previews(self, caller: Caller, board: str) -> None:
        await self._record(caller, PreviewRead(id=board, what="files"))

    async def material_preview(self, caller: Caller, board: str) -> None:
        await self._record(caller, PreviewRead(id=board, what="materials"))

    async def words(self, caller: Caller, board: str | None, hits: int) -> None:
        await self._record(caller, FindRun(id=board or OPERATIONS, where="words", hits=hits))

    async def closed(self, caller: Caller, hits: int) -> None:
        await self._record(caller, FindRun(id=OPERATIONS, where="closed", hits=hits))

    async def intake(self, caller: Caller, hits: int) -> None:
        await self._record(caller, FindRun(id=OPERATIONS, where="intake", hits=hits))

    async def earlier(self, caller: Caller, hits: int) -> None:
        await self._record(caller, FindRun(id=OPERATIONS, where="earlier", hits=hits))

    async def similar(self, caller: Caller, board: str, hits: int) -> None:
        await self._record(caller, FindRun(id=board, where="similar", hits=hits))

    async def look_again(self, caller: Caller, board: str, hits: int) -> None:
        await self._record(caller, FindRun(id=board, where="look_again", hits=hits))

    async def _record(self, caller: Caller, entry: Reading) -> None:
        await self._log.record(caller, entry)
