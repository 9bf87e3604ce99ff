"""List of the searches whose retention has ended, with what is stored about each. Reads only."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Table, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from board.config.retention import Retention, years_after
from models.board import Board
from models.db.schema import metadata
from models.search import Search
from models.times import format_utc, parse_utc


class DueSearch(NamedTuple):
    """Search whose retention has ended. `rows`: number of rows about it, by table."""

    id: str
    reference: str
    kind: str
    condition: str | None
    closed_at: str
    years: int
    kept_until: str
    rows: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        return self._asdict()

    def line(self) -> str:
        """Return the search, the reason, and its rows, as a line."""
        outcome = self.condition or "no outcome"
        rows = ", ".join(f"{table} {count}" for table, count in self.rows.items())
        kept = f"closed {self.closed_at[:10]}, kept {self.years} years until {self.kept_until[:10]}"
        return f"{self.reference} · {self.kind}, {outcome} · {kept} · {rows}"


def due_searches(session: Session, rules: Retention, now: datetime) -> Iterator[DueSearch]:
    """Yield the closed searches whose retention has ended, in the order of their closing."""
    closed = (
        select(Search).where(Search.status == "closed", col(Search.status_at) < format_utc(now)).order_by(col(Search.status_at))
    )
    for search in session.exec(closed).all():
        condition = (search.outcome or {}).get("condition")
        rule = rules.rule_of(search.kind, condition)
        if rule is None or rule.years is None or search.status_at is None:
            continue
        kept_until = years_after(parse_utc(search.status_at), rule.years)
        if kept_until <= now:
            rows = _rows(session, search.id)
            about = (search.id, search.reference, search.kind, condition, search.status_at)
            yield DueSearch(*about, rule.years, format_utc(kept_until), rows)


def _rows(session: Session, board: str) -> dict[str, int]:
    """Return the number of rows about a board, by table, without tables that have none."""
    number = session.get_one(Board, board).number
    counts = {table.name: _count(session, table, board, number) for table in metadata.sorted_tables if "board" in table.c}
    return {name: count for name, count in counts.items() if count}


def _count(session: Session, table: Table, board: str, number: int) -> int:
    value: object = number if isinstance(table.c.board.type, Integer) else board
    query = core_select(func.count()).select_from(table).where(table.c.board == value)
    return int(session.connection().execute(query).scalar_one())
