"""Text SQL for the hot path, run by the driver itself, because SQLAlchemy's layers cost several times as much as a statement.

Statements of one list are sent together if the driver has a pipeline, so that a list costs one round trip. They run in sequence,
so each statement sees the rows that the previous one locked. Errors are raised as SQLAlchemy's.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Parameters = Mapping[str, Any]
Row = tuple[Any, ...]

IDLE = 0  # value of libpq's PGTransactionStatusType
_LIST = re.compile(r"\bIN :([a-z_]\w*)")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class Statement:
    """SQL with named parameters (`:name`). After `IN`, a parameter is a list. `postgresql`: appended for PostgreSQL."""

    __slots__ = ("_lists", "postgresql", "sqlite")

    def __init__(self, sql: str, postgresql: str = "") -> None:
        self._lists = _LIST.findall(sql)
        self.sqlite = _LIST.sub(r"IN (SELECT value FROM json_each(:\1))", sql)
        self.postgresql = _PARAMETER.sub(r"%(\1)s", _LIST.sub(r"= ANY(:\1)", sql + postgresql).replace("%", "%%"))

    def for_sqlite(self, parameters: Parameters) -> Parameters:
        """Return parameters with lists as JSON."""
        if not self._lists:
            return parameters
        return {**parameters, **{name: orjson.dumps(list(parameters[name])).decode() for name in self._lists}}

    def for_postgresql(self, parameters: Parameters) -> Parameters:
        """Return parameters with lists in the driver's form."""
        if not self._lists:
            return parameters
        return {**parameters, **{name: list(parameters[name]) for name in self._lists}}


class Query(NamedTuple):
    """Query, and the function that receives its rows."""

    statement: Statement
    parameters: Parameters
    take: Callable[[list[Row]], None]


class BulkWrite:
    """Statement that writes one row, or many rows in one call.

    `types`: parameters with their PostgreSQL types. PostgreSQL gets many rows as one JSON text, which `many` reads as the table
    `v`, because the driver would build an array item by item, in Python. SQLite gets the parameters by position, because it would
    look up each name for each row.
    """

    __slots__ = ("in_order", "many", "one", "sqlite", "types")

    def __init__(self, one: str, many: str, types: Mapping[str, str]) -> None:
        self.types = types
        self.sqlite = _PARAMETER.sub("?", one)
        self.in_order = itemgetter(*_PARAMETER.findall(one))
        casts = {name: f"CAST(%({name})s AS {type})" for name, type in types.items()}
        self.one = _PARAMETER.sub(lambda match: casts[match[1]], one.replace("%", "%%"))
        # a JSON column is sent as text within the JSON
        columns = ", ".join(f"{quoted(name)} {'text' if type == 'json' else type}" for name, type in types.items())
        values = ", ".join(f"CAST({quoted(name)} AS {type}) AS {quoted(name)}" for name, type in types.items())
        table = f"json_to_recordset(%(rows)s) AS a({columns})"
        self.many = f"WITH v AS (SELECT {values} FROM {table}) {many.replace('%', '%%')}"  # noqa: S608

    @classmethod
    def insert(cls, table: str, types: Mapping[str, str]) -> "BulkWrite":
        """Return the statement that inserts rows; `types` names the columns."""
        columns = ", ".join(map(quoted, types))
        into, values = f"INSERT INTO {table} ({columns}) ", ", ".join(f":{name}" for name in types)
        return cls(f"{into}VALUES ({values})", f"{into}SELECT {columns} FROM v", types)  # noqa: S608

    @classmethod
    def update(cls, table: str, types: Mapping[str, str]) -> "BulkWrite":
        """Return the statement that sets columns of the rows with these ids; `types` names the columns."""
        one = ", ".join(f"{quoted(name)} = :{name}" for name in types)
        many = ", ".join(f"{quoted(name)} = v.{quoted(name)}" for name in types)
        return cls(
            f"UPDATE {table} SET {one} WHERE id = :id",  # noqa: S608
            f"UPDATE {table} AS t SET {many} FROM v WHERE t.id = v.id",  # noqa: S608
            {**types, "id": "text"},
        )


Write = tuple[Statement | BulkWrite, Sequence[Parameters]]


def quoted(name: str) -> str:
    return f'"{name}"'


def run(connection: Connection, queries: Sequence[Query]) -> None:
    """Run queries in this order, in one round trip, and pass their rows to their functions."""
    results = read_all(connection, [(query.statement, query.parameters) for query in queries])
    for query, rows in zip(queries, results, strict=True):
        query.take(rows)


def read(connection: Connection, statement: Statement, parameters: Parameters) -> list[Row]:
    """Return all rows of a query."""
    return read_all(connection, ((statement, parameters),))[0]


def read_all(connection: Connection, queries: Sequence[tuple[Statement, Parameters]]) -> list[list[Row]]:
    """Return all rows of each query. The queries run in this order, in one round trip."""
    driver: Any = connection.connection.dbapi_connection
    with _errors_of_sqlalchemy(connection, driver):
        if connection.dialect.name == "sqlite":
            return [driver.execute(statement.sqlite, statement.for_sqlite(params)).fetchall() for statement, params in queries]
        with _pipeline(driver) if len(queries) > 1 or _must_begin(driver) else contextlib.nullcontext():
            _begin(driver)
            cursors = [driver.execute(statement.postgresql, statement.for_postgresql(params)) for statement, params in queries]
        return [cursor.fetchall() for cursor in cursors]


def write_all(connection: Connection, writes: Sequence[Write], commit: bool = False) -> None:
    """Run these writes in this order, in one round trip. `commit`: commit the transaction after them."""
    if not writes:
        return
    driver: Any = connection.connection.dbapi_connection
    with _errors_of_sqlalchemy(connection, driver):
        if connection.dialect.name == "sqlite":
            for statement, rows in writes:
                params = map(statement.for_sqlite if isinstance(statement, Statement) else statement.in_order, rows)
                driver.executemany(statement.sqlite, params)
            return
        with _pipeline(driver):
            _begin(driver)
            for statement, rows in writes:
                _write_postgresql(driver, statement, rows)
            if commit:
                driver.execute("COMMIT")


def _write_postgresql(driver: Any, statement: Statement | BulkWrite, rows: Sequence[Parameters]) -> None:
    if isinstance(statement, Statement):
        for row in rows:
            driver.execute(statement.postgresql, statement.for_postgresql(row))
    elif len(rows) == 1:
        driver.execute(statement.one, rows[0])
    else:
        objects = [{name: row[name] for name in statement.types} for row in rows]
        driver.execute(statement.many, {"rows": orjson.dumps(objects, default=_bytea).decode()})


def _bytea(value: bytes) -> str:
    """Return bytes in PostgreSQL's text form."""
    return "\\x" + value.hex()


def execute(connection: Connection, sql: str) -> None:
    """Execute a statement without parameters, with the driver."""
    driver: Any = connection.connection.dbapi_connection
    with _errors_of_sqlalchemy(connection, driver):
        driver.execute(sql)


def begin(connection: Connection) -> None:
    """Begin a transaction, unless one has begun, on a connection that does not do so automatically."""
    driver: Any = connection.connection.dbapi_connection
    with _errors_of_sqlalchemy(connection, driver):
        _begin(driver)


def _begin(driver: Any) -> None:
    """Begin a transaction on a connection that does not do so automatically (see `models.db.postgresql`)."""
    if _must_begin(driver):
        driver.execute("BEGIN")


def _must_begin(driver: Any) -> bool:
    return bool(driver.autocommit and driver.pgconn.transaction_status == IDLE)


def _pipeline(driver: Any) -> contextlib.AbstractContextManager[object]:
    """Return a pipeline, in which a failed statement cancels the rest; a null context if the library has none."""
    import psycopg  # imported here, because SQLite needs no driver

    return driver.pipeline() if psycopg.Pipeline.is_supported() else contextlib.nullcontext()


@contextlib.contextmanager
def _errors_of_sqlalchemy(connection: Connection, driver: Any) -> Iterator[None]:
    """Raise errors of the driver as SQLAlchemy's errors, without the values, and invalidate a lost connection."""
    errors = connection.dialect.loaded_dbapi
    try:
        yield
    except errors.Error as error:
        is_lost = connection.dialect.is_disconnect(error, driver, None)
        wrapped = DBAPIError.instance(
            None, None, error, errors.Error, hide_parameters=True, connection_invalidated=is_lost, dialect=connection.dialect
        )
        if is_lost:
            connection.invalidate(error)
        raise wrapped from error
