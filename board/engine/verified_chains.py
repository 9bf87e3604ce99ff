"""Verification that resumes at the last verified position, which is stored in the database.

Verifying 20,000 events takes almost a second, and every view of a history needs it. So a chain is verified from its first event
only once a day, which detects edits before the verified position. `board verify` always starts at the first event. A stored
position is sealed with the installation's secret. If the journal does not continue it, the entire chain is verified again.
"""

import asyncio
import hmac
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from weakref import WeakValueDictionary

from sqlmodel import Session

from board.engine import hash_chain, integrity
from board.engine.hash_chain import ChainCursor, ChainError
from models.board import Board
from models.db.database import Database, DatabaseUnavailable
from models.times import format_utc, now
from models.verified import VerifiedPosition

WHOLE_INTERVAL = timedelta(days=1)  # between verifications from the first event
STORE_EVERY = 1_000  # events between stored positions; verifying them again takes about 40 ms


class VerifiedChain(NamedTuple):
    """Progress of verifying a board's chain in one epoch.

    `whole_at`: time at which a verification from the first event reached the end, empty if none did. `stored_seq`: seq of the
    position in the database, 0 if there is none.
    """

    epoch: str
    whole_at: str
    stored_seq: int
    chain: ChainCursor


@dataclass
class VerifiedChains:
    """Verified positions of chains, cached in this process and stored in the database. Callers hold the board's `lock`."""

    secret: bytes
    cached: dict[str, VerifiedChain] = field(default_factory=dict)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def lock(self, board: str) -> asyncio.Lock:
        """Return the lock of a board's chain."""
        lock = self._locks.get(board)
        if lock is None:
            lock = self._locks[board] = asyncio.Lock()
        return lock

    def verify(self, session: Session, board: Board) -> tuple[ChainCursor, ChainError | None]:
        """Verify a board's chain from its verified position. Return the new position and the first error. Raises ReadTimeout if
        the chain is too long for one call; the next call continues."""
        epoch, whole_at, stored_seq, chain = self.cached.pop(board.id) if board.id in self.cached else self._read(session, board)
        resumes = epoch == board.epoch and (not whole_at or _is_recent(whole_at))
        if not resumes:
            whole_at, chain = "", ChainCursor()
        try:
            error = hash_chain.verify_from(session, board, chain)
            if error is not None and resumes:  # an earlier row may be bad too: find the first one
                whole_at, chain = "", ChainCursor()
                error = hash_chain.verify_from(session, board, chain)
        except Exception:  # for example ReadTimeout
            self.cached[board.id] = VerifiedChain(board.epoch, whole_at, stored_seq, chain)
            raise
        error = error or integrity.verify_against(session, board, integrity.signed_heads(session, board.id))
        if error is None:
            stored_seq = stored_seq if whole_at else 0
            self.cached[board.id] = VerifiedChain(board.epoch, whole_at or format_utc(now()), stored_seq, chain)
        elif error.seq <= chain.seq:  # the error is before the verified position, or only a trusted head reveals it
            chain = ChainCursor(error.seq - 1, integrity.hash_at(session, board.id, error.seq - 1) or b"")
        return chain, error

    def _read(self, session: Session, board: Board) -> VerifiedChain:
        """Return the stored position; an empty one if none is stored or its seal is wrong."""
        row = session.get(VerifiedPosition, board.id)
        if row is not None and row.seal == self._seal(row):
            return VerifiedChain(row.epoch, row.whole_at, row.seq, ChainCursor(row.seq, row.head))
        return VerifiedChain("", "", 0, ChainCursor())

    async def store(self, database: Database, board: str) -> None:
        """Store the verified position of a board if it has moved by STORE_EVERY events. No-op while writes fail."""
        cached = self.cached.get(board)
        if cached is None or (cached.stored_seq and cached.chain.seq - cached.stored_seq < STORE_EVERY) or not cached.chain.seq:
            return
        epoch, whole_at, _, chain = cached
        row = VerifiedPosition(board=board, epoch=epoch, seq=chain.seq, head=chain.head, whole_at=whole_at, seal=b"")
        row.seal = self._seal(row)
        with suppress(DatabaseUnavailable):
            await database.write(lambda session: _store(session, row))
            self.cached[board] = cached._replace(stored_seq=chain.seq)

    def _seal(self, row: VerifiedPosition) -> bytes:
        """Return the seal for a row. It covers the types too, because SQLite stores any type in any column."""
        claim = repr(("verified", row.board, row.epoch, row.seq, row.head, row.whole_at))
        return hmac.digest(self.secret, claim.encode(), "sha256")


def _is_recent(whole_at: str) -> bool:
    moment: datetime = now()
    return format_utc(moment - WHOLE_INTERVAL) < whole_at <= format_utc(moment)


def _store(session: Session, row: VerifiedPosition) -> None:
    session.merge(row)
