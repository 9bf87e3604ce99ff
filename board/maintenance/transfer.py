"""Moves an installation to another database, whole: epochs, chains, ids, sessions, tokens. And what a restored one needs."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from board.audit import writer
from board.audit.entries import BackupRestored
from board.engine import hash_chain, integrity, rights_version
from board.errors import OperationError
from models.board import Board
from models.db.database import Database
from models.db.schema import metadata
from models.ids import new_epoch
from models.upkeep import Upkeep

PAGE = 500  # rows in memory at once
TOLD_EVERY = 50_000  # rows

Tell = Callable[[str], None]


def copy(source: Database, target: Database, tell: Tell) -> None:
    """Copies everything in one transaction of the target, from one view of the source, and verifies it there. Both have this
    version's tables. Raises OperationError; then the target is as empty as before."""

    def read(old: Session) -> None:
        source.store.take_time(old.connection())
        target.write_now(lambda new: _copy(source, target, old, new, tell))

    source.read_now(read)


def _copy(source: Database, target: Database, old: Session, new: Session, tell: Tell) -> None:
    reading, writing = old.connection(), new.connection()
    target.store.take_time(writing)
    tables = [each for each in metadata.sorted_tables if each.name != Upkeep.__tablename__]  # that was done to the other one
    if not _count(reading, metadata.tables["board"]):
        raise OperationError("There is nothing to copy: DATABASE_URL names a database without a board.")
    _check_empty(writing, tables)
    for table in tables:
        tell(f"{table.name}: {_copy_table(reading, writing, table, tell)} rows")
    _verify_copy(reading, writing, tables)
    for board in new.exec(select_rows(Board).order_by(Board.id)):
        tell(_verified(old, new, board))
    if source.read_now(_position) != _position(old):
        raise OperationError("Somebody wrote to the database meanwhile: stop its servers and copy again. Nothing was copied.")


def _check_empty(connection: Connection, tables: list[Table]) -> None:
    for table in tables:
        if table.name != "rights" and _count(connection, table):
            raise OperationError(f"The database to copy to is not empty: it has rows in {table.name}. Make a new one.")


def _copy_table(reading: Connection, writing: Connection, table: Table, tell: Tell) -> int:
    writing.execute(table.delete())  # what the migrations put there
    rows = reading.execute(select(table).order_by(*table.primary_key), execution_options={"yield_per": PAGE})
    copied = 0
    for page in rows.mappings().partitions():
        writing.execute(table.insert(), [dict(row) for row in page])
        if copied // TOLD_EVERY != (copied := copied + len(page)) // TOLD_EVERY:
            tell(f"{table.name}: {copied} rows so far")
    return copied


def _verify_copy(reading: Connection, writing: Connection, tables: list[Table]) -> None:
    for table in tables:
        if _count(reading, table) != _count(writing, table):
            raise OperationError(f"Not every row of {table.name} arrived. Nothing was copied.")


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _verified(old: Session, new: Session, board: Board) -> str:
    """A line on a board whose chain holds in the copy; or is broken in the source too, which a copy must not hide."""
    fault = hash_chain.verify(new, board)
    before = old.get(Board, board.id)
    if fault is None:
        return integrity.head_line(board)
    if before is not None and hash_chain.verify(old, before) == fault:
        return f"{board.id} was damaged before it was copied: {fault}"
    raise OperationError(f"The copy of {board.id} does not hold: {fault}. Nothing was copied.")


def _position(session: Session) -> list[Any]:
    """What differs as soon as somebody wrote: the boards' heads, what was done, rights, and screens that were paired."""
    boards = session.connection().execute(select(Board.id, Board.seq, Board.epoch).order_by(Board.id))  # type: ignore[call-overload]
    written = ("account", "session", "token", "done", "alert_read", "seen", "display", "pairing")
    counted = [_count(session.connection(), metadata.tables[name]) for name in written]
    return [*map(tuple, boards), *counted, *rights_version.version(session)]


def reset_epochs(session: Session) -> int:
    """Gives every board a new epoch, after a restore from a backup: no client goes on from a position that no longer is.
    The number of boards."""
    boards = session.exec(select_rows(Board)).all()
    for board in boards:
        board.epoch = new_epoch()
    rights_version.bump_rights_version(session)
    rights_version.bump_displays_version(session)
    writer.write(session, BackupRestored(id="server", boards=len(boards)))
    return len(boards)
