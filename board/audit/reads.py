"""Recorder of reads: one method for each kind of data.

The asynchronous methods (exports, sources, originals, this journal) write the entry before the data is sent, and raise
DatabaseUnavailable if they can't. The others collect entries, which are written within a second.
"""

from board.audit import actor
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
    ReportRead,
    SnapshotRead,
    SourceRead,
    TalkRead,
)
from board.audit.entries import Read as ReadEntry
from board.audit.repeats import Repeats
from board.engine.identity import Caller
from models.board import OPERATIONS


class Reads:
    """Recorder of reads."""

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats

    # -- written before the data is sent ----------------------------------------------------------------------------

    async def export(self, caller: Caller, board: str, file: str) -> None:
        await self._repeats.record(ExportRead(id=board, file=file), actor.of(caller))

    async def disclosure(self, caller: Caller, entry: SourceRead | CallerRead | ContactRead | TalkRead | OriginalRead) -> None:
        await self._repeats.record(entry, actor.of(caller))

    async def audit(self, caller: Caller, account: str | None) -> None:
        await self._repeats.record(AuditRead(id="server", account=account), actor.of(caller))

    # -- collected ------------------------------------------------------------------------------------------------------

    def board(self, caller: Caller, board: str) -> None:
        self._add(caller, SnapshotRead(id=board))

    def history(self, caller: Caller, board: str) -> None:
        self._add(caller, HistoryRead(id=board))

    def report(self, caller: Caller, name: str) -> None:
        self._add(caller, ReportRead(id=name))

    def document(self, caller: Caller, board: str, file: str) -> None:
        self._add(caller, DocumentRead(id=file, board=board))

    def photo(self, caller: Caller, board: str, file: str) -> None:
        self._add(caller, PhotoRead(id=file, board=board))

    def file_previews(self, caller: Caller, board: str) -> None:
        self._add(caller, PreviewRead(id=board, what="files"))

    def material_preview(self, caller: Caller, board: str) -> None:
        self._add(caller, PreviewRead(id=board, what="materials"))

    def words(self, caller: Caller, board: str | None, hits: int) -> None:
        self._add(caller, FindRun(id=board or OPERATIONS, where="words", hits=hits))

    def closed(self, caller: Caller, hits: int) -> None:
        self._add(caller, FindRun(id=OPERATIONS, where="closed", hits=hits))

    def intake(self, caller: Caller, hits: int) -> None:
        self._add(caller, FindRun(id=OPERATIONS, where="intake", hits=hits))

    def earlier(self, caller: Caller, hits: int) -> None:
        self._add(caller, FindRun(id=OPERATIONS, where="earlier", hits=hits))

    def similar(self, caller: Caller, board: str, hits: int) -> None:
        self._add(caller, FindRun(id=board, where="similar", hits=hits))

    def look_again(self, caller: Caller, board: str, hits: int) -> None:
        self._add(caller, FindRun(id=board, where="look_again", hits=hits))

    def _add(self, caller: Caller, entry: ReadEntry) -> None:
        self._repeats.add(entry, actor.of(caller))
