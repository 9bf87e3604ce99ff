"""Query plans of SQLite."""

from typing import Any

from sqlalchemy import Executable
from sqlmodel import Session


def query_plan(query: Executable, session: Session) -> str:
    """Return the steps of the plan of a query, in one text. Its parameters have no values."""
    connection = session.connection()
    compiled: Any = query.compile(connection)  # type: ignore[attr-defined]
    values = (compiled.params[name] for name in compiled.positiontup)
    return " ".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(values)))
