"""Tables of models, for statements of SQLAlchemy Core.

Statements are built once, when their module is imported, so that SQLAlchemy reuses their compiled form. The databases share the
syntax of `ON CONFLICT`, so `postgresql.insert` works for both; its `rowcount` needs the option `preserve_rowcount`. In an update,
parameters of conditions must not have the names of columns, because SQLAlchemy would set these columns.
"""

from typing import Any

from sqlmodel import SQLModel


def table_of(model: type[SQLModel]) -> Any:
    """Return the table of a model."""
    return model.__table__  # type: ignore[attr-defined]


def columns_of(model: type[SQLModel]) -> Any:
    """Return the columns of a model's table, as attributes."""
    return table_of(model).c
