"""A backup of an SQLite database, made beside its servers; it has its name only when it was found to hold."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from board.audit import writer
from board.audit.entries import BackupMade
from board.engine import hash_chain
from board.errors import OperationError
from models.db.database import Database
from models.db.sqlite import library, set_up
from models.upkeep import BACKUP, Upkeep

STEPS = 100_000  # of SQLite's own machine, between two looks at how far it is
MB = 1_000_000

Tell = Callable[[str], None]


def backup(database: Database, to: Path, tell: Tell) -> tuple[int, list[str]]:
    """Writes a backup to a new file that only this account can read; the number of boards in it, and a line for each whose
    chain is broken, as it is then in the database too: the others need their backup all the same. Raises OperationError; then
    there is no file."""
    if database.path is None:
        raise OperationError("PostgreSQL has its own pg_dump for this: the README says how, under Backup and restore.")
    _check_new(to)
    try:
        with _temporary_file(to) as part:
            _copy(database.path, part, tell)
            tell("checking it")
            found = _check(part)
            _sync(part)
            _check_new(to)
            part.rename(to)
            _sync(to.parent)
    except OSError as error:
        raise OperationError(f"The backup can't be written: {error.strerror}.") from error
    except library.Error as error:
        raise OperationError(f"The backup can't be made: {error}.") from error
    except DBAPIError as error:
        raise OperationError(f"The backup does not hold: {error.orig}. It was not kept.") from error
    return found


def note_backup(session: Session, at: str, file: Path | None) -> None:
    """Keep when the last backup was made, for `check`, and that it was: to a file, or by another program."""
    session.merge(Upkeep(name=BACKUP, at=at))
    writer.write(session, BackupMade(id="server", file=str(file.absolute()) if file is not None else None))


def _check_new(to: Path) -> None:
    if os.path.lexists(to):
        raise OperationError(f"There is a file {to} already: name a new one.")


@contextmanager
def _temporary_file(to: Path) -> Iterator[Path]:
    """The file under another name, beside where it will be: gone afterwards, unless it got its own."""
    part = to.with_name(f"{to.name}.{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path, tell: Tell) -> None:
    """By VACUUM, as a copy of the pages would carry along what was erased: it stays in pages that are free."""
    whole = source.stat().st_size

    def look() -> int:
        tell(f"{part.stat().st_size // MB} of at most {whole // MB} MB")
        return 0

    with closing(library.connect(source)) as connection:
        set_up(connection)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'board'").fetchone() is None:
            raise OperationError("There is nothing to back up: DATABASE_URL names a database without a board.")
        connection.set_progress_handler(look, STEPS)
        connection.execute("VACUUM INTO ?", (str(part),))


def _check(part: Path) -> tuple[int, list[str]]:
    """The number of boards, and what is wrong with their chains. Rows are read by name: a backup made before an update has older
    tables."""
    engine = create_engine(URL.create("sqlite", database=str(part)), module=library, poolclass=NullPool)
    with engine.connect() as connection, Session(connection) as session:
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if found != "ok":
            raise OperationError(f"The backup does not hold: {found}. It was not kept.")
        boards = connection.execute(text("SELECT id, seq, head FROM board ORDER BY id")).all()
        faults = [(board.id, hash_chain.verify(session, board)) for board in boards]  # type: ignore[arg-type]  # fields enough
        return len(boards), [f"{id}: {fault}" for id, fault in faults if fault]


def _sync(path: Path) -> None:
    """On the disk: SQLite leaves that to whoever has a copy made."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
