"""Searches as of a time, from their facts. A search counts from its opening on."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Session

from models.db.read_pacing import in_pages
from models.db.tables import columns_of
from models.search_fact import SearchFact

PUBLIC = frozenset({"posters", "public", "child_alert"})
_F = columns_of(SearchFact)
_AS_OF = (
    select(*_F)
    .where(_F.opened_at >= bindparam("start"), _F.opened_at < bindparam("end"), _F.at <= bindparam("as_of"))
    .order_by(_F.board, _F.seq)
)
_OPENED = (
    select(_F.opened_at, _F.board)
    .where(_F.opened_at <= bindparam("as_of"))
    .distinct()
    .order_by(_F.opened_at, _F.board)
    .limit(100)
)


class PastSearch(NamedTuple):
    """Search as of a time. `public`, `discreet`: whether it has had such a campaign by then. Times are in milliseconds since
    1970."""

    board: int
    kind: str
    age: int | None
    status: str
    worrying: bool
    public: bool
    discreet: bool
    reported_at: int | None
    opened_at: int
    missing_since: int
    found_at: int | None
    condition: str | None

    @property
    def until_opened(self) -> int | None:
        """Milliseconds from the beginning of the report until the opening; None if it was opened without a report."""
        return None if self.reported_at is None else max(0, self.opened_at - self.reported_at)

    @property
    def until_found(self) -> int | None:
        """Milliseconds from the disappearance until the child was found; None if it was not found."""
        return None if self.found_at is None else max(0, self.found_at - self.missing_since)

    @property
    def came_in(self) -> int:
        """Time of the report, or of the opening without a report."""
        return self.opened_at if self.reported_at is None else self.reported_at


def read(session: Session, start: int, end: int, as_of: int) -> list[PastSearch]:
    """Return the searches that were opened from `start` until before `end`, as of a time. Times are in milliseconds since
    1970."""
    rows = in_pages(session.connection().execute(_AS_OF, {"start": start, "end": end, "as_of": as_of}))
    return list(fold(rows))


def first_opened(session: Session, as_of: int, is_counted: Callable[[int], bool]) -> int | None:
    """Return when the first counted search was opened; None if none of the first hundred searches is counted.

    `is_counted`: whether the search with this number is in the reader's figures.
    """
    rows = session.connection().execute(_OPENED, {"as_of": as_of})
    return next((opened_at for opened_at, board in rows if is_counted(board)), None)


def fold(rows: Iterable[Any]) -> Iterator[PastSearch]:
    """Yield the searches that these facts describe. The facts must be in the order of board and seq."""
    for board, facts in groupby(rows, key=attrgetter("board")):
        public = discreet = False
        for fact in facts:
            public, discreet = public or fact.appeal in PUBLIC, discreet or fact.appeal == "discreet"
        yield PastSearch(
            board, fact.kind, fact.age, fact.status, fact.worrying is True, public, discreet, fact.reported_at, fact.opened_at,
            fact.missing_since, fact.found_at, fact.condition,
        )  # fmt: skip
