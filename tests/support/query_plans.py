"""Query plans of SQLite."""

from typing import Any

from sqlalchemy import Executable
from sqlmodel import Session


def query_plan(query: Executable, session: Session) -> str:
    """Return the steps of the plan of a query, in one text. Parameters without a value are null."""
    connection = session.connection()
    compiled: Any = query.compile(connection)  # type: ignore[attr-defined]
    expanded = compiled.construct_expanded_state(compiled.construct_params(_check=False))
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {expanded.statement}", tuple(expanded.positional_parameters))
    return " ".join(row[-1] for row in rows)
