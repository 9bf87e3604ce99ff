"""Transfer of an installation to another database, with epochs, chains, ids, sessions and tokens; reset of epochs after a
restore."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from board.audit import writer
from board.audit.entries import BackupRestored
from board.engine import hash_chain, integrity, rights_version
from board.errors import OperationError
from board.files import folder_marker
from models.board import Board
from models.db.database import Database
from models.db.schema import metadata
from models.ids import new_epoch
from models.upkeep import MaintenanceRun, record_run, runs_about_data

PAGE_SIZE = 500  # rows in memory
PROGRESS_ROWS = 50_000  # rows between two progress reports

Progress = Callable[[str], None]


def copy(source: Database, target: Database, progress: Progress) -> None:
    """Copy all tables in one transaction of the target, from one snapshot of the source, and verify the copy.

    Both databases must have the tables of this version. Raises OperationError; then the target is still empty.
    """

    def read(old: Session) -> None:
        source.backend.disable_timeouts(old.connection())
        target.write_now(lambda new: _copy_alone(source, target, old, new, progress))

    source.read_now(read)


def copy_snapshot(source: Database, target: Database, progress: Progress) -> None:
    """Copy all tables as `copy` does, while servers run: later changes of the source are not in the copy."""

    def read(old: Session) -> None:
        source.backend.disable_timeouts(old.connection())
        target.write_now(lambda new: _copy(target, old, new, progress))

    source.read_now(read)


def _copy_alone(source: Database, target: Database, old: Session, new: Session, progress: Progress) -> None:
    _copy(target, old, new, progress)
    if source.read_now(_position) != _position(old):
        raise OperationError("The database changed during the copy. Nothing was copied. Stop its servers and copy again.")


def _copy(target: Database, old: Session, new: Session, progress: Progress) -> None:
    source_connection, target_connection = old.connection(), new.connection()
    target.backend.disable_timeouts(target_connection)
    # without MaintenanceRun: most of its rows record work on the source database
    tables = [table for table in metadata.sorted_tables if table.name != MaintenanceRun.__tablename__]
    if not _count(source_connection, metadata.tables["board"]):
        raise OperationError("There is nothing to copy. DATABASE_URL names a database without a board.")
    _check_empty(target_connection, tables)
    for table in tables:
        progress(f"{table.name}: {_copy_table(source_connection, target_connection, table, progress)} rows")
    for name, at in runs_about_data(old):
        record_run(new, name, at)
    _verify_copy(source_connection, target_connection, tables)
    for board in new.exec(select_rows(Board).order_by(Board.id)):
        progress(_verify_chain(old, new, board))


def _check_empty(connection: Connection, tables: list[Table]) -> None:
    for table in tables:
        if table.name != "rights" and _count(connection, table):
            raise OperationError(f"The database to copy to is not empty: it has rows in {table.name}. Create a new one.")


def _copy_table(source_connection: Connection, target_connection: Connection, table: Table, progress: Progress) -> int:
    target_connection.execute(table.delete())  # rows inserted by the migrations
    rows = source_connection.execute(select(table).order_by(*table.primary_key), execution_options={"yield_per": PAGE_SIZE})
    row_count = 0
    for page in rows.mappings().partitions():
        target_connection.execute(table.insert(), [dict(row) for row in page])
        if row_count // PROGRESS_ROWS != (row_count := row_count + len(page)) // PROGRESS_ROWS:
            progress(f"{table.name}: {row_count} rows so far")
    return row_count


def _verify_copy(source_connection: Connection, target_connection: Connection, tables: list[Table]) -> None:
    for table in tables:
        if _count(source_connection, table) != _count(target_connection, table):
            raise OperationError(f"Rows of {table.name} are missing in the copy. Nothing was copied.")


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _verify_chain(old: Session, new: Session, board: Board) -> str:
    """Return a line about a board. A chain that is broken in the source stays broken, and the line says so.

    Raises OperationError if only the copy is broken.
    """
    error = hash_chain.verify(new, board)
    before = old.get(Board, board.id)
    if error is None:
        return integrity.head_line(board)
    if before is not None and hash_chain.verify(old, before) == error:
        return f"{board.id} was damaged before it was copied: {error}"
    raise OperationError(f"The copy of {board.id} failed its check: {error}. Nothing was copied.")


def _position(session: Session) -> list[Any]:
    """Return values that change with every write: heads, numbers of rows, and versions of rights."""
    boards = session.connection().execute(select(Board.id, Board.seq, Board.epoch).order_by(Board.id))  # type: ignore[call-overload]
    table_names = ("account", "session", "token", "processed_commands", "alert_read", "read_positions", "display", "pairing")
    counts = [_count(session.connection(), metadata.tables[name]) for name in table_names]
    return [*map(tuple, boards), *counts, *rights_version.version(session)]


def reset_epochs(session: Session) -> int:
    """Give every board a new epoch after a restore, so that no client resumes from a lost position.

    Return the number of boards.
    """
    boards = session.exec(select_rows(Board)).all()
    for board in boards:
        board.epoch = new_epoch()
    rights_version.bump_rights_version(session)
    rights_version.bump_displays_version(session)
    folder_marker.forget(session)
    writer.write(session, BackupRestored(id="server", boards=len(boards)))
    return len(boards)
