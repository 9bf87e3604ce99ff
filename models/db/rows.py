"""Rows of tables as objects of their models, read and written by text SQL. No session tracks them.

An ORM session costs ten times as much per row. Code that changes such a row must record and write the change itself: see
`board.engine.unit_of_work`. The objects belong to a subclass whose columns are plain attributes (see `_plain`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import JSON, Boolean, Float, Integer, LargeBinary, String
from sqlmodel import SQLModel

from models import confidential
from models.db.statement import BulkWrite, Parameters, Row, Statement, Write, quoted

M = TypeVar("M", bound=SQLModel)

MAX_UPDATES = 512  # cached statements, one for each set of columns that change together


def model_of(row: SQLModel) -> type[SQLModel]:
    """Return the model of a row, created by an ORM session or by this module."""
    return getattr(type(row), "MODEL", type(row))


def new_row(model: type[M], values: Mapping[str, Any]) -> M:
    """Return a new row with these values, and defaults for the other columns. Ignores values that are not columns."""
    table = _table(model)
    columns = {name: value for name, value in values.items() if name in table.types}
    generated = {name: factory() for name, factory in table.factories.items() if name not in columns}
    row: M = table.make(table.defaults | generated | columns)
    return row


def set_columns(row: SQLModel, values: Mapping[str, Any]) -> None:
    """Set columns of a row that no ORM session tracks."""
    row.__dict__.update(values)


def values_of(row: SQLModel, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of some columns."""
    attributes = row.__dict__
    return {name: attributes[name] if name in attributes else getattr(row, name) for name in names}


def by_ids(model: type[SQLModel], ids: Collection[str]) -> tuple[Statement, Parameters]:
    """Return the query for the rows with these ids."""
    return _table(model).by_ids, {"ids": ids}


def by_board(model: type[SQLModel], boards: Collection[str]) -> tuple[Statement, Parameters]:
    """Return the query for the rows on these boards."""
    return _table(model).by_board, {"boards": boards}


def select_where(model: type[SQLModel], condition: str) -> Statement:
    """Return the query for the rows that meet a condition, which can include ORDER BY."""
    return Statement(f"{_table(model).select} WHERE {condition}")


def load(model: type[M], found_rows: Iterable[Row]) -> list[M]:
    """Return the rows of such a query as objects."""
    table = _table(model)
    return [table.load(row) for row in found_rows]


def insert(model: type[SQLModel], new_rows: Sequence[SQLModel]) -> Write:
    """Return the statement that inserts rows of a model."""
    return _table(model).insert_of(new_rows)


def update(model: type[SQLModel], names: Sequence[str], changed: Sequence[SQLModel]) -> Write:
    """Return the statement that writes these columns of rows of a model."""
    return _table(model).update_of(names, changed)


def delete(model: type[SQLModel], ids: Sequence[str]) -> Write:
    """Return the statement that deletes rows of a model by their ids."""
    return _table(model).delete, [{"ids": ids}]


class _Table:
    """Table of a model, with the statements and converters for its rows."""

    def __init__(self, model: type[SQLModel]) -> None:
        table = model.__table__  # type: ignore[attr-defined]
        self.name = quoted(table.name)
        self._table, self._confidential = table, frozenset(confidential.columns(table))
        self._class = _plain(model)
        fields = {column.name: model.model_fields[column.name] for column in table.columns}
        self.factories: dict[str, Any] = {
            name: field.default_factory for name, field in fields.items() if field.default_factory is not None
        }
        self.defaults = {
            name: None if field.is_required() else field.default  # the database refuses a row without a required value
            for name, field in fields.items()
            if name not in self.factories
        }
        self.types = {column.name: _type(column.type) for column in table.columns}
        self._names = tuple(self.types)
        self._read = [(name, _READ[type]) for name, type in self.types.items() if type in _READ]
        self._json = {name for name, type in self.types.items() if type == "json"}
        self.select = f"SELECT {', '.join(map(quoted, self.types))} FROM {self.name}"  # noqa: S608
        self.by_ids = Statement(f"{self.select} WHERE id IN :ids")
        self.by_board = Statement(f"{self.select} WHERE board IN :boards")
        self.delete = Statement(f"DELETE FROM {self.name} WHERE id IN :ids")  # noqa: S608
        self._insert = BulkWrite.insert(self.name, self.types)
        self._update = lru_cache(MAX_UPDATES)(
            lambda names: BulkWrite.update(self.name, {name: self.types[name] for name in names})
        )

    def make(self, values: dict[str, Any]) -> Any:
        row = object.__new__(self._class)
        row.__dict__.update(values)
        return row

    def load(self, row: Row) -> Any:
        values = dict(zip(self._names, row, strict=True))
        for name, read in self._read:
            if values[name] is not None:
                values[name] = read(values[name])
        is_sealed = any(values[name] is not None for name in self._confidential)  # cheaper than decrypting
        return self.make(confidential.opened_attributes(self._table, values) if is_sealed else values)

    def insert_of(self, new_rows: Sequence[SQLModel]) -> Write:
        return self._insert, [self._parameters(row, self._json, self._confidential) for row in new_rows]

    def update_of(self, names: Sequence[str], changed: Sequence[SQLModel]) -> Write:
        json_columns, secret = self._json.intersection(names), self._confidential.intersection(names)
        return self._update(tuple(names)), [self._parameters(row, json_columns, secret) for row in changed]

    def _parameters(self, row: SQLModel, json: Collection[str], secret: Collection[str]) -> Parameters:
        """Return the values of a row, with these columns as JSON, and these encrypted."""
        values = row.__dict__ if type(row) is self._class else values_of(row, self.types)
        given = [name for name in secret if values[name] is not None]
        sealed = confidential.sealed_values(self._table, values, given) if given else {}
        stored = values | sealed if sealed else values
        encoded = {name: orjson.dumps(stored[name]).decode() for name in json if stored[name] is not None}
        return {**stored, **encoded} if encoded else stored


_table = cache(_Table)


def _plain(model: type[SQLModel]) -> type[SQLModel]:
    """Return a subclass of a model whose columns are plain attributes of its objects.

    A column of the model itself is a descriptor of SQLAlchemy, which costs ten times as much to read. `type.__new__` bypasses the
    metaclass, which would turn the subclass into another model.
    """
    plain: dict[str, Any] = dict.fromkeys(model.__table__.columns.keys())  # type: ignore[attr-defined]
    unset: dict[str, Any] = {"__pydantic_fields_set__": frozenset(), "__pydantic_extra__": None, "__pydantic_private__": None}
    return type.__new__(type(model), model.__name__, (model,), {**plain, **unset, "MODEL": model, "__setattr__": _refuse_to_set})


def _refuse_to_set(row: SQLModel, name: str, value: Any) -> None:
    raise TypeError("Untracked row: change it with Entities.set() of the unit of work.")


def _json(value: Any) -> Any:
    """Return a group of fields or a list. PostgreSQL's driver has already parsed it."""
    return orjson.loads(value) if isinstance(value, str) and not value.startswith(confidential.PREFIX) else value


_TYPES = (
    (JSON, "json"), (Boolean, "boolean"), (Integer, "bigint"), (LargeBinary, "bytea"), (Float, "double precision"),
    (String, "text"),
)  # fmt: skip
_READ: dict[str, Callable[[Any], Any]] = {"json": _json, "boolean": bool}


def _type(type: Any) -> str:
    """Return PostgreSQL's name of a column's type."""
    for supported, name in _TYPES:
        if isinstance(getattr(type, "impl", type), supported):
            return name
    raise TypeError(f"Columns of the type {type!r} are not supported here.")
