"""Steps of a disclosure: each reads one table, or one journal, a page at a time."""

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import JSON, ColumnElement, Integer, LargeBinary, String, Table, cast, false, or_, select, tuple_
from sqlalchemy import Text as SqlText
from sqlmodel import AutoString, Session

from board.disclosure.sources import SECRETS
from board.engine import journal
from board.engine.event import JournalEvent
from models.confidential import FORM, opened_attributes
from models.db.read_pacing import paced

PAGE_SIZE = 500  # rows or events per read
Item = dict[str, Any]
Row = dict[str, Any]


class Step(Protocol):
    """Part of a disclosure."""

    is_done: bool

    def read(self, session: Session) -> list[Item]:
        """Return the items of the next page."""
        ...


class TableStep:
    """Rows of a table that meet a condition, in the order of their keys. `item`: returns the disclosed item of a row, or None."""

    def __init__(self, table: Table, condition: ColumnElement[bool] | None, item: Callable[[Table, Row], Item | None]) -> None:
        self._table, self._condition, self._item = table, condition, item
        self._key = list(table.primary_key)
        self._after: tuple[Any, ...] | None = None
        self.is_done = False

    def read(self, session: Session) -> list[Item]:
        query = select(self._table).order_by(*self._key).limit(PAGE_SIZE)
        if self._condition is not None:
            query = query.where(self._condition)
        if self._after is not None:
            query = query.where(tuple_(*self._key) > tuple_(*self._after))
        rows = [opened_attributes(self._table, dict(row._mapping)) for row in session.connection().execute(query)]
        self.is_done = len(rows) < PAGE_SIZE
        if rows:
            self._after = tuple(rows[-1][column.name] for column in self._key)
        return [item for row in paced(rows) if (item := self._item(self._table, row)) is not None]


class EventStep:
    """Events of a board, or of one entity there, in order. `item`: returns the disclosed item of an event, or None."""

    def __init__(self, board: str, item: Callable[[JournalEvent], Item | None], entity: str = "") -> None:
        self._board, self._item, self._entity = board, item, entity
        self._after = 0
        self.is_done = False

    def read(self, session: Session) -> list[Item]:
        if self._entity:
            events = journal.entity_events(session, self._board, self._entity, self._after, PAGE_SIZE)
        else:
            events = journal.events_after(session, self._board, self._after, PAGE_SIZE)
        self.is_done = len(events) < PAGE_SIZE
        self._after = events[-1].seq if events else self._after
        return [item for event in paced(events) if (item := self._item(event)) is not None]


def is_disclosed(table: Table, column: str) -> bool:
    """Return whether disclosures contain the column with this name."""
    return column not in SECRETS and column in table.c and not isinstance(table.c[column].type, LargeBinary)


def about_board(table: Table, columns: tuple[str, ...], board: str, number: int) -> ColumnElement[bool]:
    """Return the condition for the rows about a search."""
    return or_(false(), *(table.c[name] == (number if isinstance(table.c[name].type, Integer) else board) for name in columns))


def mentions(table: Table, id: str) -> ColumnElement[bool]:
    """Return the condition for the rows that contain an id in a text or list, or an encrypted list, which may contain it."""
    return or_(false(), *(_mentions(column, id) for column in table.c if is_disclosed(table, column.name)))


def _mentions(column: Any, id: str) -> ColumnElement[bool]:
    if isinstance(column.type, JSON):
        text = cast(column, SqlText)
        is_named = text.contains(id, autoescape=True)
        return is_named | text.contains(FORM) if column.info.get("confidential") else is_named
    return column == id if isinstance(column.type, String | AutoString) else false()
