"""Packing: compresses the payloads that earlier versions wrote, beside running servers.

It works in small transactions. Interrupted, it goes over what is done, quickly, and goes on. A server does it after its daily
pruning; `board migrate` does it at once, and tells how far it is.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy import text
from sqlmodel import Session

from models import upkeep
from models.db.database import Database
from models.stored_payload import is_packed, pack
from models.times import format_utc, now
from models.upkeep import PACKING, Upkeep

log = structlog.get_logger()

BATCH_SIZE = 250  # payloads of one transaction: some 20 ms
PAUSE_S = 0.02  # between two transactions of a server, in which commands are written

_COUNT = text("SELECT count(*) FROM event WHERE body IS NOT NULL")
_NEXT = text(
    "SELECT board, seq, body FROM event WHERE body IS NOT NULL AND (board, seq) > (:board, :seq) ORDER BY board, seq LIMIT :limit"
)
_STORE = text("UPDATE event SET body = :body WHERE board = :board AND seq = :seq AND body IS NOT NULL")

Progress = Callable[[int, int], object]  # payloads done, and all


class _Batch(NamedTuple):
    """Payloads in the order of board and seq: number, position of the last one, and the rows to store."""

    size: int
    last: tuple[int, int]
    changed: list[dict[str, Any]]


FIRST = _Batch(0, (-1, 0), [])


def pack_now(database: Database, progress: Progress) -> int:
    """Compress all payloads in this thread, for the command line; return how many were. Raises DatabaseUnavailable."""
    if database.read_now(_is_done):
        return 0
    whole = database.read_now(lambda session: session.connection().execute(_COUNT).scalar_one())
    seen, packed, batch = 0, 0, FIRST
    while (batch := database.read_now(partial(_next, batch.last))).size:
        if batch.changed:
            database.write_now(partial(_store, batch.changed))
        seen, packed = seen + batch.size, packed + len(batch.changed)
        progress(seen, whole)
    database.write_now(_finish)
    return packed


async def pack_beside(database: Database) -> int:
    """Compress all payloads in a server; return how many were. Raises DatabaseUnavailable; the rest is done another time."""
    if await database.read(_is_done):
        return 0
    packed, batch = 0, FIRST
    while (batch := await database.read_heavy(partial(_next, batch.last))).size:
        if batch.changed:
            await database.write(partial(_store, batch.changed))
            packed += len(batch.changed)
            await asyncio.sleep(PAUSE_S)
    await database.write(_finish)
    log.info("payloads packed", count=packed)
    return packed


def _is_done(session: Session) -> bool:
    return session.get(Upkeep, PACKING) is not None


def _next(after: tuple[int, int], session: Session) -> _Batch:
    """Return the batch after a position."""
    board, seq = after
    rows = session.connection().execute(_NEXT, {"board": board, "seq": seq, "limit": BATCH_SIZE}).all()
    if not rows:
        return FIRST
    plain = ((row, pack(row.body)) for row in rows if not is_packed(row.body))
    changed = [{"board": row.board, "seq": row.seq, "body": body} for row, body in plain if body != row.body]
    return _Batch(len(rows), (rows[-1].board, rows[-1].seq), changed)


def _store(changed: list[dict[str, Any]], session: Session) -> None:
    """Store compressed payloads. One that was erased meanwhile stays erased."""
    session.connection().execute(_STORE, changed)


def _finish(session: Session) -> None:
    upkeep.note(session, PACKING, format_utc(now()))
