"""Retention of searches: when it ends, and which searches it has ended for."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from board.config.retention import Retention, years_after
from board.retention.holds import current_holds
from models.search import Search
from models.times import format_utc, parse_utc


class RetainedSearch(NamedTuple):
    """Search with the end of its retention. `kept_until`: None for an open search, and if its rule has no end.

    `held_until`: end of its last hold, None if it is on none. `kept_links`: references of linked searches that are still kept.
    """

    id: str
    reference: str
    kind: str
    condition: str | None
    closed_at: str | None
    years: int | None
    kept_until: str | None
    held_until: str | None
    kept_links: tuple[str, ...] = ()

    def is_due(self, now: datetime) -> bool:
        """Return whether the retention has ended, with or without a hold."""
        return self.kept_until is not None and parse_utc(self.kept_until) <= now

    def to_json(self, rows: dict[str, int]) -> dict[str, Any]:
        return self._asdict() | {"rows": rows}

    def line(self, rows: dict[str, int]) -> str:
        """Return a line about a search whose retention has ended: why, and its rows."""
        kept = f"closed {_day(self.closed_at)}, kept {self.years} years until {_day(self.kept_until)}"
        notes = [f"held until {_day(self.held_until)}"] if self.held_until else []
        notes += [f"linked and still kept: {', '.join(self.kept_links)}"] if self.kept_links else []
        counts = ", ".join(f"{table} {count}" for table, count in rows.items())
        return " · ".join([f"{self.reference} · {self.kind}, {self.condition or 'no outcome'}", kept, *notes, counts])


def retained_search(search: Search, rules: Retention, held_until: str | None) -> RetainedSearch:
    """Return a search with the end of its retention by these rules."""
    condition = (search.outcome or {}).get("condition")
    closed_at = search.status_at if search.status == "closed" else None
    rule = rules.rule_of(search.kind, condition)
    years = rule.years if rule is not None else None
    kept_until = format_utc(years_after(parse_utc(closed_at), years)) if closed_at and years else None
    return RetainedSearch(search.id, search.reference, search.kind, condition, closed_at, years, kept_until, held_until)


def due_searches(session: Session, rules: Retention, now: datetime) -> Iterator[RetainedSearch]:
    """Yield the closed searches whose retention has ended, including those on hold, in the order of their closing."""
    held = held_searches(session, now)
    is_closed = Search.status == "closed", col(Search.status_at) < format_utc(now)
    for search in session.exec(select(Search).where(*is_closed).order_by(col(Search.status_at))).all():
        retained = retained_search(search, rules, held.get(search.id))
        if retained.is_due(now):
            yield retained


def held_searches(session: Session, now: datetime) -> dict[str, str]:
    """Return the end of the last hold of each search that is on hold."""
    held = dict[str, str]()
    for hold in current_holds(session, now):
        held[hold.board] = max(hold.until, held.get(hold.board, ""))
    return held


def _day(at: str | None) -> str:
    return (at or "–")[:10]
