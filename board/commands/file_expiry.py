"""Expiry of withdrawn files: a set time after their withdrawal the server removes their bytes, by an event in its own name."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, text
from sqlmodel import Session

from board.commands.command import Ack
from board.commands.execute import CommandResult
from board.commands.registry import Command
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import Refused
from models.file import File
from models.times import format_utc

_DUE = text(
    "SELECT id, board FROM file WHERE withdrawn IS NOT NULL AND stored > 0 AND removed IS NULL "
    "AND withdrawn ->> 'at' <= :before ORDER BY board, id LIMIT :limit"
)
_STILL_DUE = text(
    "SELECT id FROM file WHERE id IN :ids AND board = :board AND removed IS NULL AND withdrawn ->> 'at' <= :before ORDER BY id"
).bindparams(bindparam("ids", expanding=True))


def due(session: Session, now: datetime, after_days: int, limit: int) -> list[Row[Any]]:
    """Return `id` and `board` of files that were withdrawn so many days ago and are still stored."""
    named = {"before": format_utc(now - timedelta(days=after_days)), "limit": limit}
    return list(session.connection().execute(_DUE, named))


def remove_due(
    session: Session, board: str, ids: Collection[str], clock: Callable[[], datetime], after_days: int
) -> CommandResult:  # fmt: skip
    """Write the removal of those of these files of a search that are still due. Locks the search."""
    locked = unit_of_work.lock_board(session, board)
    if locked is None:
        raise Refused("not_found")
    now = clock()
    writer = EventWriter(session, None, Command("", board, "", {}), locked, None, format_utc(now))
    named = {"ids": list(ids), "board": board, "before": format_utc(now - timedelta(days=after_days))}
    for row in unit_of_work.select(session, File, _STILL_DUE, named):
        writer.update(row, "file.removed", {"removed": {"at": writer.now, "by": None}}, conflicts=False)
    events = tuple(writer.result.events)
    return CommandResult(Ack("", board, [event.seq for event in events]), events, ((board, locked.epoch),))
