"""Values of confidential columns: their number by key, and their encryption with the first key, a page of rows at a time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import JSON, Column, Table, and_, bindparam, case, cast, func, literal, null, or_, select, text, tuple_
from sqlalchemy import Text as SqlText
from sqlmodel import Session

from models import confidential
from models.db.database import Database
from models.db.schema import metadata
from models.key_ring import ID_LENGTH

PAGE_SIZE = 200  # rows of one transaction: milliseconds


def tables() -> list[Table]:
    """Return the tables with confidential columns."""
    return [table for table in metadata.sorted_tables if confidential.columns(table)]


def usage(session: Session) -> "Counter[str | None]":
    """Return the number of values by key; None counts values that are not encrypted."""
    count: Counter[str | None] = Counter()
    for table in tables():
        for name in confidential.columns(table):
            mark = _mark(table.c[name]).label("mark")
            # text: by the label, because PostgreSQL treats a repeated expression with parameters as a different one
            query = select(mark, func.count()).where(_is_set(table.c[name])).group_by(text("mark"))
            for found, values in session.connection().execute(query):
                count[_key(found)] += values
    return count


def renew(database: Database) -> Iterator[int]:
    """Encrypt all values with the first key; yield the number of rows of each page."""
    for table in tables():
        after: tuple[Any, ...] | None = None
        while True:
            after, count = database.write_now(partial(_renew_page, table=table, after=after))
            yield count
            if after is None:
                break


def _renew_page(
    session: Session, table: Table, after: tuple[Any, ...] | None
) -> tuple[tuple[Any, ...] | None, int]:  # fmt: skip
    """Encrypt a page of rows, which stay locked until the commit; return the key of the last row (None at the end) and their
    number."""
    key, names, writing = list(table.primary_key), confidential.columns(table), confidential.ring().writing or ""
    stale = or_(*(and_(_is_set(table.c[name]), _mark(table.c[name]) != _stored_mark(table.c[name], writing)) for name in names))
    query = select(*key, *(table.c[name] for name in names)).where(stale).order_by(*key).limit(PAGE_SIZE).with_for_update()
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    rows = [dict(row) for row in session.connection().execute(query).mappings()]
    for row in rows:
        _renew_row(session, table, row, names)
    return (tuple(rows[-1][column.name] for column in key) if len(rows) == PAGE_SIZE else None), len(rows)


def _renew_row(session: Session, table: Table, row: Mapping[str, Any], names: list[str]) -> None:
    """Write a row again. A value that can't be read stays as it is."""
    plain = confidential.opened_row(table, dict(row))
    readable = [name for name in names if plain[name] is not None]
    values = confidential.sealed_values(table, plain, readable)
    if values:
        key = and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))
        params = {f"key_{column.name}": row[column.name] for column in table.primary_key}
        session.connection().execute(table.update().where(key).values(values), params)


def _is_set(column: Column[Any]) -> Any:
    return column.is_not(null())


def _mark(column: Column[Any]) -> Any:
    """Return the prefix of a stored value, with its key; empty if the value is not encrypted, so that no plain text is read."""
    stored, form = cast(column, SqlText), _stored_mark(column, "")
    start = func.substr(stored, 1, len(form) + ID_LENGTH)
    return case((func.substr(stored, 1, len(form)) == form, start), else_=literal(""))


def _stored_mark(column: Column[Any], id: str) -> str:
    r"""Return how a stored form begins in the database. JSON has a quote and writes the first character as \u001f."""
    return f'"\\u001f{confidential.FORM}{id}' if isinstance(column.type, JSON) else f"{confidential.PREFIX}{id}"


def _key(mark: str) -> str | None:
    return mark[-ID_LENGTH:] if mark else None
