"""First rows of a query, and the number of all rows, in one query that returns only the listed rows."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session

OfColumns = Callable[[Any], Sequence[Any]]  # columns of a query to expressions


def first_rows(
    session: Session, query: Select[Any], order: OfColumns, limit: int, group: OfColumns = lambda columns: ()
) -> tuple[Sequence[Any], int]:
    """Return the first `limit` rows of each group of a query, unordered, and the number of all rows."""
    all_rows = query.subquery()
    columns = all_rows.c
    place = func.row_number().over(partition_by=[*group(columns)] or None, order_by=[*order(columns)]).label("place")
    numbered = select(all_rows, place, func.count().over().label("number_of_all")).subquery()
    rows = session.connection().execute(select(numbered).where(numbered.c.place <= limit)).all()
    return rows, rows[0].number_of_all if rows else 0
