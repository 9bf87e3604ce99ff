"""Background reader of the texts that look-ups compare, in each process: first the newest rows of each kind, then added rows.

Without it, the first look-ups after a start would be slow, and find less: each reads at most MAX_READ texts.
"""

from functools import partial
from typing import Any, NoReturn

from sqlmodel import Session

from board.engine import kinds
from board.engine.kinds import Kind
from board.lookup.rows_by_meaning import MAX_COMPARED, RowTexts
from board.service import BoardService
from board.telemetry.periodic import run_on_database
from board.vocabulary import Meanings, meanings
from models.db.read_pacing import paced
from models.db.tables import columns_of

POLL_S = 20.0
PAGE = 500  # rows of one read
TIMEOUT_S = 20.0  # of one read, which other threads interrupt


class MeaningReader:
    """Reader of one process. `_newest`: by kind, the id of the newest row that was read."""

    def __init__(self, service: BoardService) -> None:
        self._service = service
        self._newest: dict[str, str] = {}

    async def run(self) -> NoReturn:
        """Read the texts of new rows, until cancelled."""
        await run_on_database(self.read, POLL_S, "reading of texts delayed")

    async def read(self) -> None:
        """Read the newest rows of each kind that were not read yet. Raises DatabaseUnavailable."""
        for kind in kinds.every():
            if kind.is_searchable:
                await self._read_kind(kind)

    async def _read_kind(self, kind: Kind) -> None:
        known, newest, before = self._newest.get(kind.name, ""), "", ""
        for _ in range(MAX_COMPARED // PAGE):
            page = partial(_read_page, kind, meanings(self._service.settings.files_path), known, before)
            first, last = await self._service.database.read_heavy(page, TIMEOUT_S)
            newest = newest or first
            if not last:
                break
            before = last
        self._newest[kind.name] = newest or known


def _read_page(kind: Kind, known: Meanings, after: str, before: str, session: Session) -> tuple[str, str]:
    """Read the rows between two ids, the newest first; return the first and the last id."""
    columns = columns_of(kind.model)
    texts = RowTexts.of(kind)
    query = texts.query.where(columns.id > after)
    if before:
        query = query.where(columns.id < before)
    rows: list[Any] = list(session.connection().execute(query.order_by(columns.id.desc()).limit(PAGE)))
    for row in paced(rows, every=5):
        known.of(texts.read(row))
    return (rows[0].id, rows[-1].id) if rows else ("", "")
