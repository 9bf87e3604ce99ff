"""Mark of an unfinished upgrade in the database. No server starts while it is set, because its writes could be lost when the
earlier state is restored. The mark is not among the program's tables, and not in backups."""

from typing import NamedTuple

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, inspect, select

TABLE = "unfinished_upgrade"
BACKING_UP, MIGRATING, RESTORING = "backing up", "migrating", "restoring"  # steps


class Mark(NamedTuple):
    """State for a later run: the step, the earlier version of the tables, the backup file, and the boards' earlier heads as JSON,
    by id."""

    step: str
    before: str
    backup: str
    heads: str = "{}"


_MARKS = Table(TABLE, MetaData(), *(Column(name, Text) for name in Mark._fields))


def read(connection: Connection) -> Mark | None:
    """Return the mark, or None."""
    if not inspect(connection).has_table(TABLE):
        return None
    row = connection.execute(select(_MARKS)).first()
    return Mark(*row) if row is not None else None


def write(connection: Connection, mark: Mark) -> None:
    """Set the mark. Replaces an earlier mark."""
    clear(connection)
    _MARKS.create(connection)
    connection.execute(insert(_MARKS), mark._asdict())


def clear(connection: Connection) -> None:
    _MARKS.drop(connection, checkfirst=True)
