"""Steps of an erasure in the database. Each call does a part of a step in one transaction, returns whether the step is complete,
and can be repeated after a crash."""

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_
from sqlmodel import Session

from board.commands.registry import Command
from board.engine import erasure, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.hash_chain import SEARCH_ERASED
from board.retention import inventory
from board.retention.erasure_begin import GONE
from models.board import OPERATIONS, Board
from models.db.schema import metadata
from models.db.tables import columns_of
from models.erasure import Erasure
from models.search import Search
from models.times import format_utc, now
from models.wake import Wake

BATCH_SIZE = 100  # events or rows of a transaction: tens of milliseconds
IN_FILES = ("file", "upload")  # tables whose rows are deleted after their stored bytes

_WAKE = columns_of(Wake)


def erase_copies(session: Session, row: Erasure) -> bool:
    """Erase the events of the search on `operations`, then the wakes about its cards on the boards of other searches."""
    if erase(session, OPERATIONS, erasure.readable(session, OPERATIONS, BATCH_SIZE, Search.KIND, row.board)):
        return False
    return not _remove_wake(session, row.board)


def delete_rows(session: Session, row: Erasure) -> bool:
    """Delete rows of the tables in the inventory, except tables whose rows stay."""
    room = BATCH_SIZE
    for name in row_tables():
        table = metadata.tables[name]
        keys = tuple_(*table.primary_key.columns)
        rows = select(*table.primary_key.columns).where(inventory.about(session, name, row.board)).limit(room)
        room -= session.connection().execute(delete(table).where(keys.in_(rows))).rowcount
        if room <= 0:
            return False
    return True


def erase_events(session: Session, row: Erasure) -> bool:
    """Erase the events of the board, newest first, because a later payload that is stored as a difference would have to be stored
    in full. The last event accounts for all missing payloads."""
    board = _lock(session, row.board)
    if erase(session, row.board, erasure.readable(session, row.board, BATCH_SIZE)):
        return False
    if board.last_type != SEARCH_ERASED:  # another event was written as the erasure began
        at = format_utc(now())
        unit_of_work.current(session).append(board, SEARCH_ERASED, Search.KIND, row.board, None, at, dict(GONE))
    return True


def row_tables() -> list[str]:
    """Return the names of the tables whose rows `delete_rows` deletes."""
    return sorted(inventory.tables().keys() - inventory.KEPT.keys() - set(IN_FILES))


def remains(session: Session, row: Erasure) -> dict[str, int]:
    """Return the number of rows that should be gone, by table."""
    rows = {name: inventory.count(session, name, row.board) for name in (*row_tables(), *IN_FILES)}
    copies = erasure.readable(session, OPERATIONS, BATCH_SIZE, Search.KIND, row.board)
    events = [*erasure.readable(session, row.board, BATCH_SIZE), *copies]
    return {name: count for name, count in (rows | {"event": len(events)}).items() if count}


def erase(session: Session, board: str, seqs: Sequence[int]) -> int:
    """Erase events of a board; return their number."""
    for seq in seqs:
        erasure.erase(session, board, seq)
    return len(seqs)


def _remove_wake(session: Session, search: str) -> bool:
    """Remove a wake of another board that is about a card of this search; return whether there was one."""
    query = select(_WAKE.id, _WAKE.board).where(_WAKE.search == search, _WAKE.board != search).order_by(_WAKE.id).limit(1)
    found = session.connection().execute(query).first()
    if found is None:
        return False
    board = _lock(session, found.board)
    writer = EventWriter(session, None, Command("", board.id, "", {}), board, None, format_utc(now()))
    if (wake := writer.unit.entities.get(Wake, found.id)) is not None:
        writer.delete(wake, "wake.erased")
        erasure.erase_before(session, board.id, found.id, board.seq)
    return True


def _lock(session: Session, id: str) -> Board:
    board = unit_of_work.lock_board(session, id)
    assert board is not None
    return board
