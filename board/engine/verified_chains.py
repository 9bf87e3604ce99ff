"""Verification that goes on from the last verified position, which is kept in the database.

Verifying 20,000 events takes most of a second, and every view of a history asks for it. So a chain is verified from its
beginning once a day, which finds edits before the verified position; `board verify` always begins there. A kept position is
sealed with the installation's secret. Where the journal does not go on from it, everything is verified again.
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

WHOLE_INTERVAL = timedelta(days=1)  # after it a chain is verified from its beginning again
KEEP_EVERY = 1_000  # events verified since the position was kept: reading them again takes some 40 ms


class VerifiedChain(NamedTuple):
    """Progress of verifying a board's chain in one epoch. `whole_at` is when its end was reached from its beginning, empty
    before. `kept` is the seq that the database has, 0 if none."""

    epoch: str
    whole_at: str
    kept: int
    chain: ChainCursor


@dataclass
class VerifiedChains:
    """Verified positions of chains: those of this process, else those kept in the database. One call at a time for each board."""

    secret: bytes
    known: dict[str, VerifiedChain] = field(default_factory=dict)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def lock(self, board: str) -> asyncio.Lock:
        """Return the lock of a board's chain."""
        lock = self._locks.get(board)
        if lock is None:
            lock = self._locks[board] = asyncio.Lock()
        return lock

    def verify(self, session: Session, board: Board) -> tuple[ChainCursor, ChainError | None]:
        """Verify a board's chain from its verified position; return the new one and the first error. Raises ReadTimeout if a
        chain is too long for one call: the next call continues."""
        epoch, whole_at, kept, chain = self.known.pop(board.id) if board.id in self.known else self._kept(session, board)
        goes_on = epoch == board.epoch and (not whole_at or _is_recent(whole_at))
        if not goes_on:
            whole_at, chain = "", ChainCursor()
        try:
            fault = hash_chain.verify_from(session, board, chain)
            if fault is not None and goes_on:  # an earlier row may be bad too: name the first one
                whole_at, chain = "", ChainCursor()
                fault = hash_chain.verify_from(session, board, chain)
        except Exception:  # for example ReadTimeout
            self.known[board.id] = VerifiedChain(board.epoch, whole_at, kept, chain)
            raise
        fault = fault or integrity.verify_against(session, board, integrity.signed_heads(session, board.id))
        if fault is None:
            kept = kept if whole_at else 0
            self.known[board.id] = VerifiedChain(board.epoch, whole_at or format_utc(now()), kept, chain)
        elif fault.seq <= chain.seq:  # the error lies before the verified position, or only a trusted head shows it
            chain = ChainCursor(fault.seq - 1, integrity.hash_at(session, board.id, fault.seq - 1) or b"")
        return chain, fault

    def _kept(self, session: Session, board: Board) -> VerifiedChain:
        """Return the position that the database has; an empty one if there is none that can be trusted."""
        row = session.get(VerifiedPosition, board.id)
        if row is not None and row.seal == self._seal(row):
            return VerifiedChain(row.epoch, row.whole_at, row.seq, ChainCursor(row.seq, row.head))
        return VerifiedChain("", "", 0, ChainCursor())

    async def keep(self, database: Database, board: str) -> None:
        """Keep the verified position of a board in the database, if it is worth a write. While writes fail it is not kept."""
        found = self.known.get(board)
        if found is None or (found.kept and found.chain.seq - found.kept < KEEP_EVERY) or not found.chain.seq:
            return
        epoch, whole_at, _, chain = found
        row = VerifiedPosition(board=board, epoch=epoch, seq=chain.seq, head=chain.head, whole_at=whole_at, seal=b"")
        row.seal = self._seal(row)
        with suppress(DatabaseUnavailable):
            await database.write(lambda session: _store(session, row))
            self.known[board] = found._replace(kept=chain.seq)

    def _seal(self, row: VerifiedPosition) -> bytes:
        """Return the seal for a row; of whatever types, as SQLite stores any type in any column."""
        claim = repr(("verified", row.board, row.epoch, row.seq, row.head, row.whole_at))
        return hmac.digest(self.secret, claim.encode(), "sha256")


def _is_recent(whole_at: str) -> bool:
    moment: datetime = now()
    return format_utc(moment - WHOLE_INTERVAL) < whole_at <= format_utc(moment)


def _store(session: Session, row: VerifiedPosition) -> None:
    session.merge(row)
