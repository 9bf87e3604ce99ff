"""Sealing of a readable copy of the database: everything about a search goes into parts that only its key opens.

The inventory of an erasure (`board.retention.inventory`) decides what is about a search. Data that an erasure leaves stays
readable.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from board.config.search_keys import KeyState, SearchKeys
from board.maintenance import sealed_parts
from board.maintenance.chains import Progress
from board.maintenance.sealed_events import EventSealer
from board.maintenance.sealed_parts import PartBuffer
from board.retention.inventory import KEPT, tables
from models.db.schema import metadata
from models.db.sqlite import library

_SEARCHES = "SELECT id, number FROM board WHERE kind = 'search'"


def seal(copy: Path, keys: SearchKeys, progress: Progress) -> int:
    """Seal a copy in place, and return the number of sealed searches. Creates their missing keys. Raises OperationError."""
    with closing(library.connect(copy)) as reader, closing(library.connect(copy)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA foreign_keys = OFF")
        writer.isolation_level = reader.isolation_level = None
        boards = reader.execute(_SEARCHES).fetchall()
        keys.add([id for id, _ in boards])
        sealed = [(id, number) for id, number in boards if keys.state(id) is KeyState.PRESENT]
        reader.execute("BEGIN")  # one snapshot, of the state before
        writer.execute("BEGIN IMMEDIATE")
        sealed_parts.create(writer)
        EventSealer(reader, writer, keys, dict(sealed), progress).seal()
        rows = RowSealer(reader, writer, keys, {value: row[0] for row in sealed for value in row})
        rows.empty("reads", "board", "detail")
        for table in sorted(tables().keys() - KEPT.keys()):
            progress(f"sealing {table}")
            rows.remove(table)
        reader.execute("COMMIT")
        writer.execute("COMMIT")
    progress("removing what was sealed")
    with closing(library.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")  # deleted rows stay in free pages until then
    return len(sealed)


class RowSealer:
    """Sealing of rows by the columns that hold the id or the number of a search. `by_value`: searches by id and by number."""

    def __init__(self, reader: Any, writer: Any, keys: SearchKeys, by_value: dict[Any, str]) -> None:
        self._reader, self._writer, self._keys = reader, writer, keys
        self._by_value = by_value

    def remove(self, table: str) -> None:
        """Seal all rows of a table that are about a search, and delete them."""
        columns = [column.name for column in metadata.tables[table].columns]
        primary = [columns.index(name) for name in _primary_key(table)]
        holders = [columns.index(name) for name in tables()[table][1]]
        buffer = PartBuffer(self._writer, self._keys, table, [], columns)
        deleted: list[list[Any]] = []
        for row in self._reader.execute(f"SELECT {_names(columns)} FROM {_names([table])}"):  # noqa: S608 - names of our tables
            if searches := self._of(row[index] for index in holders):
                buffer.add(searches, list(row))
                deleted.append([row[index] for index in primary])
        buffer.seal()
        self._writer.executemany(f"DELETE FROM {_names([table])} WHERE {_is_row(table)}", deleted)  # noqa: S608

    def empty(self, table: str, holder: str, column: str) -> None:
        """Seal a column of text of the rows that are about a search, and empty it."""
        primary = _primary_key(table)
        buffer = PartBuffer(self._writer, self._keys, table, primary, [column])
        emptied: list[list[Any]] = []
        query = f"SELECT {_names([holder, *primary, column])} FROM {_names([table])} WHERE {_names([column])} != ''"  # noqa: S608
        for value, *row in self._reader.execute(query):
            if searches := self._of([value]):
                buffer.add(searches, row)
                emptied.append(row[:-1])
        buffer.seal()
        self._writer.executemany(f"UPDATE {_names([table])} SET {_names([column])} = '' WHERE {_is_row(table)}", emptied)  # noqa: S608

    def _of(self, values: Iterable[Any]) -> frozenset[str]:
        return frozenset(self._by_value[value] for value in values if value in self._by_value)


def _primary_key(table: str) -> list[str]:
    return [column.name for column in metadata.tables[table].primary_key]


def _is_row(table: str) -> str:
    return " AND ".join(f'"{name}" = ?' for name in _primary_key(table))


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
