"""Mark in the database of an upgrade that is not finished. While it is there, no server starts: what it would write could be lost
when the earlier state comes back. The mark is not among the tables of the program, and is in no backup."""

from typing import NamedTuple

from sqlalchemy import Connection, inspect, text

TABLE = "unfinished_upgrade"
BACKING_UP, MIGRATING, RESTORING = "backing up", "migrating", "restoring"  # steps


class Mark(NamedTuple):
    """State that a later run needs: the step, the version of the tables before, the file of the backup, and the boards' heads
    before, as JSON by id."""

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
    """Set the mark, in place of an earlier one."""
    clear(connection)
    connection.execute(text(f"CREATE TABLE {TABLE} (step TEXT, before TEXT, backup TEXT, heads TEXT)"))
    connection.execute(text(f"INSERT INTO {TABLE} VALUES (:step, :before, :backup, :heads)"), mark._asdict())  # noqa: S608


def clear(connection: Connection) -> None:
    connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
