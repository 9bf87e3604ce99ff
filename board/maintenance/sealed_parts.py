"""Table of sealed parts in a backup that is an SQLite file. The keys of searches seal them.

Each part is compressed JSON in the age format. A part about several searches is encrypted for each of them in turn, so that it
can be read only while all their keys exist.
"""

import base64
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from board.config.search_keys import SearchKeys
from board.errors import OperationError

TABLE = "sealed_parts"
PART_ROWS = 500  # of one part, before it is compressed
BUFFER_ROWS = 5_000  # in memory
MAX_BYTES = 1_000_000_000  # of one part, unpacked: a damaged part must not fill the memory
_CREATE = f"CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, searches TEXT NOT NULL, content BLOB NOT NULL)"
_INSERT = f"INSERT INTO {TABLE} (searches, content) VALUES (?, ?)"  # noqa: S608 - a constant
_SELECT = f"SELECT searches, content FROM {TABLE} ORDER BY id"  # noqa: S608 - a constant
_EXISTS = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"


class Part(NamedTuple):
    """Rows of one table that were removed (without `keys`), or columns of rows that stayed, whose primary key is `keys`."""

    table: str
    keys: list[str]
    columns: list[str]
    rows: list[list[Any]]


class PartBuffer:
    """Rows of one table that wait to be sealed, by their searches."""

    def __init__(self, connection: Any, search_keys: SearchKeys, table: str, keys: list[str], columns: list[str]) -> None:
        self._connection, self._search_keys = connection, search_keys
        self._table, self._keys, self._columns = table, keys, columns
        self._rows: dict[frozenset[str], list[list[Any]]] = {}
        self._count = 0

    def add(self, searches: frozenset[str], row: list[Any]) -> None:
        rows = self._rows.setdefault(searches, [])
        rows.append(row)
        self._count += 1
        if len(rows) >= PART_ROWS:
            self._seal(searches)
        if self._count >= BUFFER_ROWS:
            self.seal()

    def seal(self) -> None:
        """Seal all rows that wait."""
        for searches in sorted(self._rows, key=sorted):
            self._seal(searches)

    def _seal(self, searches: frozenset[str]) -> None:
        rows = self._rows.pop(searches)
        self._count -= len(rows)
        write(self._connection, searches, Part(self._table, self._keys, self._columns, rows), self._search_keys)


def create(connection: Any) -> None:
    connection.execute(_CREATE)


def exist(connection: Any) -> bool:
    """Return whether a backup has sealed parts."""
    return connection.execute(_EXISTS, (TABLE,)).fetchone() is not None


def write(connection: Any, searches: frozenset[str], part: Part, keys: SearchKeys) -> None:
    """Seal a part by the keys of these searches."""
    from pyrage import encrypt

    names, content = sorted(searches), zlib.compress(orjson.dumps([*part], default=_encoded), 6)
    for search in names:
        content = encrypt(content, [keys.recipient(search)])
    connection.execute(_INSERT, (" ".join(names), content))


def names(connection: Any) -> set[str]:
    """Return the searches that have sealed parts."""
    return {name for (searches,) in connection.execute(f"SELECT DISTINCT searches FROM {TABLE}") for name in searches.split()}  # noqa: S608


def read(connection: Any, readable: set[str], keys: SearchKeys) -> Iterator[Part]:
    """Yield the parts that are only about these searches. Raises OperationError if one can't be opened."""
    for searches, content in connection.execute(_SELECT):
        if readable.issuperset(names := searches.split()):
            yield _open(names, content, keys)


def _open(names: list[str], content: bytes, keys: SearchKeys) -> Part:
    from pyrage import DecryptError, decrypt

    try:
        for search in reversed(names):
            content = decrypt(content, [keys.identity(search)])
        unpacked = zlib.decompressobj().decompress(content, MAX_BYTES)
    except (DecryptError, zlib.error) as error:
        raise OperationError(f"A part of the backup about {', '.join(names)} can't be opened: it is damaged.") from error
    table, key_names, columns, rows = orjson.loads(unpacked)
    return Part(table, key_names, columns, [[_decoded(value) for value in row] for row in rows])


def _encoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    raise TypeError


def _decoded(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value
