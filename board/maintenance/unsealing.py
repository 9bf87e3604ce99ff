"""Opening of the sealed parts of a backup, in a readable copy of it. Parts whose key was destroyed can never be opened."""

from contextlib import closing
from pathlib import Path
from typing import Any

from board.config.search_keys import KeyState, SearchKeys
from board.errors import OperationError
from board.maintenance import sealed_parts
from board.maintenance.sealed_parts import Part
from models.db.sqlite import library


def is_sealed(copy: Path) -> bool:
    """Return whether a copy has sealed parts. A dump of PostgreSQL has none."""
    with closing(library.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return sealed_parts.exist(connection)
        except library.DatabaseError:
            return False


def unseal(copy: Path, keys: SearchKeys, *, without_keys: bool) -> list[str]:
    """Put back the parts that keys open, and remove all other parts; return the searches whose parts stay closed.

    `without_keys`: treat unknown keys as destroyed ones. Raises OperationError.
    """
    with closing(library.connect(copy)) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = OFF")
        names = sealed_parts.names(connection)
        unknown = [name for name in names if keys.state(name) is KeyState.UNKNOWN]
        if unknown and not without_keys:
            raise OperationError(
                f"The keys of {len(unknown):,} searches of the backup are missing. Set SEARCH_KEYS_FILE to their newest copy, or "
                f"restore without these searches by --without-keys."
            )
        readable = {name for name in names if keys.state(name) is KeyState.PRESENT}
        connection.execute("BEGIN IMMEDIATE")
        for part in sealed_parts.read(connection, readable, keys):
            _put_back(connection, part)
        connection.execute(f"DROP TABLE {sealed_parts.TABLE}")
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    return sorted(names - readable)


def _put_back(connection: Any, part: Part) -> None:
    if part.keys:
        columns = ", ".join(f'"{name}" = ?' for name in part.columns)
        condition = " AND ".join(f'"{name}" = ?' for name in part.keys)
        count = len(part.keys)
        rows = [[*row[count:], *row[:count]] for row in part.rows]
        connection.executemany(f'UPDATE "{part.table}" SET {columns} WHERE {condition}', rows)  # noqa: S608 - names of our tables
    else:
        columns = ", ".join(f'"{name}"' for name in part.columns)
        marks = ", ".join("?" for _ in part.columns)
        connection.executemany(f'INSERT INTO "{part.table}" ({columns}) VALUES ({marks})', part.rows)  # noqa: S608
