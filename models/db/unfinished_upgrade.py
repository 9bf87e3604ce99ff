"""Mark of an unfinished upgrade in the database. No server starts while it is set, because its writes could be lost when the
earlier state is restored. The mark is not among the program's tables, and not in backups."""

from typing import NamedTuple

from sqlalchemy import Connection, inspect, text

TABLE = "unfinished_upgrade"
BACKING_UP, MIGRATING, RESTORING = "backing up", "migrating", "restoring"  # steps


class Mark(NamedTuple):
    """State for a later run: the step, the earlier version of the tables, the backup file, and the boards' earlier heads as JSON,
    by id."""

    step: str
    before: str
    backup: str
    heads: str = "{}"


def read(connection: Connection) -> Mark | None:
    """Return the mark, or None."""
    if not inspect(connection).has_table(TABLE):
        return None
    row = connection.execute(text(f"SELECT step, before, backup, heads FROM {TABLE}")).first()  # noqa: S608
    return Mark(*row) if row is not None else None


def write(connection: Connection, mark: Mark) -> None:
    """Set the mark. Replaces an earlier mark."""
    clear(connection)
    connection.execute(text(f"CREATE TABLE {TABLE} (step TEXT, before TEXT, backup TEXT, heads TEXT)"))
    connection.execute(text(f"INSERT INTO {TABLE} VALUES (:step, :before, :backup, :heads)"), mark._asdict())  # noqa: S608


def clear(connection: Connection) -> None:
    connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
