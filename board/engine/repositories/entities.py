"""Rows of entities and accounts, each read once in a transaction. The session does not track them: change them with `set`. They
are written when the session flushes, or with the commit."""

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Connection
from sqlmodel import SQLModel

from board.engine import kinds
from board.engine.unreadable import require_new_values
from models import confidential
from models.db import rows
from models.db.statement import Query, Row, Write, run
from models.entity import Entity, State
from models.searchable import folded_text

E = TypeVar("E", bound=SQLModel)
RowKey = tuple[type[SQLModel], str]  # model and id


class RowChange(NamedTuple):
    """Change of a row in this transaction. `before`: former values of the changed columns; empty if the row was added or
    removed. Caches of derived data read these changes."""

    row: Entity
    before: State


class Entities:
    """Rows by model and id; None if the row does not exist."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[RowKey, SQLModel | None] = {}
        self.changes: list[RowChange] = []
        self.is_dirty = False
        self._new: dict[RowKey, SQLModel] = {}
        self._changed: dict[RowKey, set[str]] = {}  # names of columns
        self._deleted: dict[type[SQLModel], list[str]] = {}

    def get(self, model: type[E], id: str) -> E | None:
        """Return a row by its id; None if it does not exist."""
        if (model, id) not in self._rows:
            run(self._connection, [self.query(model, [id])])
        return cast("E | None", self._rows[model, id])

    def find_cached(self, model: type[E], id: str) -> E | None:
        """Return a row if it is cached, otherwise None."""
        return cast("E | None", self._rows.get((model, id)))

    def cached(self) -> list[SQLModel | None]:
        """Return all rows that were read or added; None for each that does not exist."""
        return list(self._rows.values())

    def prefetch(self, model: type[SQLModel], ids: Iterable[str]) -> None:
        """Read several rows in one query."""
        if missing := [id for id in ids if (model, id) not in self._rows]:
            run(self._connection, [self.query(model, missing)])

    def query(self, model: type[SQLModel], ids: Collection[str]) -> Query:
        """Return the query for the rows with these ids."""

        def store(found_rows: list[Row]) -> None:
            self.load(model, found_rows)
            for id in ids:
                self._rows.setdefault((model, id), None)

        return Query(*rows.by_ids(model, ids), store)

    def load(self, model: type[E], found_rows: Iterable[Row]) -> list[E]:
        """Return the rows of a query as objects. A cached row keeps this transaction's changes."""
        loaded: list[Any] = rows.load(model, found_rows)
        return [cast("E", self._rows.setdefault((model, row.id), row) or row) for row in loaded]

    def add(self, row: Entity) -> None:
        """Add a row."""
        key = rows.model_of(row), row.id
        self._rows[key] = self._new[key] = row
        self.is_dirty = True
        self._fold(key, row, None)
        self.changes.append(RowChange(row, {}))

    def set(self, row: Entity, values: Mapping[str, Any]) -> None:
        """Set columns of a row, and update its search text."""
        self.changes.append(RowChange(row, rows.values_of(row, values)))
        self._fold(self.set_position(row, values), row, values.keys())

    def set_position(self, row: Entity, values: Mapping[str, Any]) -> RowKey:
        """Set columns of a row that are neither searched nor cached, such as the seq of its last event. Return the row's key."""
        if confidential.UNREADABLE in row.__dict__:
            require_new_values(row, values)
        key = rows.model_of(row), row.id
        self._rows[key] = row
        self.is_dirty = True
        rows.set_columns(row, values)
        if key not in self._new:
            self._changed.setdefault(key, set()).update(values)
        return key

    def remove(self, row: Entity) -> None:
        """Delete a row."""
        key = rows.model_of(row), row.id
        self._rows[key] = None
        self.is_dirty = True
        self._changed.pop(key, None)
        if self._new.pop(key, None) is None:
            self._deleted.setdefault(key[0], []).append(row.id)
        self.changes.append(RowChange(row, {}))

    def _fold(self, key: RowKey, row: Entity, changed: Collection[str] | None) -> None:
        """Update a row's search text. `changed`: names of the changed columns, None for a new row."""
        kind = kinds.of(row)
        if not kind.is_searchable or (changed is not None and kind.searched_columns.isdisjoint(changed)):
            return
        texts = kind.searchable_texts(row)
        folded = folded_text((*texts.values(), *kind.spellings(texts).values()))
        if folded != getattr(row, "folded", None):
            rows.set_columns(row, {"folded": folded})
            if key in self._changed:
                self._changed[key].add("folded")

    def writes(self) -> list[Write]:
        """Return the pending changes, once."""
        writes: list[Write] = []
        for model, new in groupby(sorted(self._new.items(), key=_model_first), key=lambda item: item[0][0]):
            writes.append(rows.insert(model, [row for _, row in new]))
        by_columns: dict[tuple[type[SQLModel], tuple[str, ...]], list[SQLModel]] = {}
        for (model, id), names in self._changed.items():
            by_columns.setdefault((model, tuple(sorted(names))), []).append(cast("SQLModel", self._rows[model, id]))
        writes += [rows.update(model, names, changed) for (model, names), changed in by_columns.items()]
        writes += [rows.delete(model, ids) for model, ids in self._deleted.items()]
        self._new, self._changed, self._deleted, self.is_dirty = {}, {}, {}, False
        return writes


def _model_first(item: tuple[RowKey, SQLModel]) -> str:
    return item[0][0].__name__
