"""Unit of work of one transaction, shared by all commands batched into it.

It has a repository for each kind of data that commands read and write. A repository returns queries, which run in one round trip,
and writes, which are sent in one batch with the commit, or when the session flushes. The session flushes before ORM queries.
Before other queries, call `flush()`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, bindparam, func
from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel

from board.engine.event import JournalEvent
from board.engine.repositories import search_facts
from board.engine.repositories.acks import Acks
from board.engine.repositories.boards import Boards
from board.engine.repositories.entities import Entities
from board.engine.repositories.new_events import NewEvents
from board.engine.repositories.read_position_moves import ReadPositionMoves
from board.engine.share_counts import ShareCounts
from models.accounts import Account
from models.board import Board
from models.db.statement import BulkWrite, Parameters, Query, Row, Write, run, write_all
from models.db.tables import columns_of
from models.db.transaction import PENDING, connection_of, keep

E = TypeVar("E", bound=SQLModel)
CallerKey = tuple[str, str | None, str | None]

_B = columns_of(Board)
_POSITIONS = core_select(_B.id, _B.epoch, _B.seq, _B.head).where(_B.id.in_(bindparam("ids"))).order_by(_B.id)
_NEXT_NUMBER = core_select(func.max(_B.number) + 1)


class Caches(dict[type[Any], Any]):
    """Caches of derived data by class. A cache is created at its first use."""

    def __missing__(self, type: type[Any]) -> Any:
        self[type] = type()
        return self[type]


class UnitOfWork:
    """Shared state of a transaction, returned by `current(session)`.

    - `callers`: prefetched rows of callers; None if the caller does not exist.
    - `signed_in`: accounts of the callers whose access was checked.
    - `changes`: number of changes. A refused command compares it to know whether to roll back.
    - `final_steps`: functions that run last, before the commit.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.boards = Boards()
        self.entities = Entities(connection)
        self.events = NewEvents()
        self.acks = Acks()
        self.read_positions = ReadPositionMoves()
        self.search_facts: list[dict[str, Any]] = []
        self.shares = ShareCounts()
        self.callers: dict[CallerKey, Row | None] = {}
        self.signed_in: dict[CallerKey, Account] = {}
        self._late_rows: dict[BulkWrite, dict[Any, Parameters]] = {}
        self.changes = 0
        self.final_steps: list[Callable[[Session], None]] = []
        self.caches = Caches()

    def read(self, queries: Sequence[Query]) -> None:
        """Run queries in this order, in one round trip, and pass their rows to the repositories."""
        run(self._connection, queries)

    def lock_board(self, id: str) -> Board | None:
        """Return a board with its row locked until commit, including this transaction's changes; None if it does not exist."""
        if id not in self.boards:
            self.read([self.boards.lock(id)])
        return self.boards.get(id)

    def append(
        self, board: Board, type: str, kind: str, entity: str, account: str | None, at: str, payload: dict[str, Any]
    ) -> JournalEvent:
        """Append an event to the journal of a locked board."""
        self.boards.setdefault(board.id, board)
        self.changes += 1
        event = self.events.append(board, type, kind, entity, account, at, payload)
        if entity == board.id and payload.get("state") is not None:
            self.search_facts += search_facts.rows_after(board.number, event, payload)
        return event

    def share_counts(self, board: str, account: str) -> dict[str, tuple[int, int]]:
        """Return (entities, reserved) of an account on a locked board, by token."""
        if (board, account) not in self.shares.stored:
            self.read([self.shares.query(board, account)])
        return self.shares.current(board, account)

    def write_late(self, statement: BulkWrite, key: Hashable, row: Parameters) -> None:
        """Write a row with the commit, which costs no round trip, unless a row with this key is written already. No query of the
        transaction sees it."""
        self._late_rows.setdefault(statement, {}).setdefault(key, row)

    # -- writes, called by `models.db.transaction` -----------------------------------------------------------------------

    def flush(self, session: Session) -> None:
        """Write the pending rows and events, so that queries see them."""
        if self.boards.new or self.entities.is_dirty or self.events.rows:
            write_all(self._connection, self._rows())

    def finish(self, session: Session) -> None:
        """Run the final steps after all other writes. All changed rows are locked by then, so a lock in a final step is the
        last lock."""
        if self.final_steps:
            write_all(self._connection, self.writes())
            session.flush()
            for step in self.final_steps:
                step(session)

    def writes(self) -> list[Write]:
        """Return all pending writes, with each board's row once. Late rows are in the order of their keys, which prevents
        deadlocks."""
        late_rows, self._late_rows = self._late_rows, {}
        return [
            *self._rows(),
            *((statement, [rows[key] for key in sorted(rows)]) for statement, rows in late_rows.items()),
            *self.acks.writes(),
            *self.read_positions.writes(),
            *(self.boards.moves() if self.changes else ()),
            *self.shares.writes(),
        ]

    def _rows(self) -> list[Write]:
        facts, self.search_facts = self.search_facts, []
        added = [(search_facts.ADD, facts)] if facts else ()
        return [*self.boards.inserts(), *self.entities.writes(), *self.events.writes(), *added]


def current(session: Session) -> UnitOfWork:
    """Return the unit of work of this session. Creates it at the first call."""
    uow: UnitOfWork | None = session.info.get(PENDING)
    if uow is None:
        uow = UnitOfWork(connection_of(session))
        keep(session, uow)
    return uow


def get(session: Session, model: type[E], id: str) -> E | None:
    """Return a row by its id, cached for this transaction. The session does not track it: change it with `Entities.set`."""
    return current(session).entities.get(model, id)


def prefetch(session: Session, model: type[SQLModel], ids: Iterable[str]) -> None:
    """Read several rows in one query."""
    current(session).entities.prefetch(model, ids)


def lock_board(session: Session, board_id: str) -> Board | None:
    """Return a board with its row locked until commit, including this transaction's changes; None if it does not exist."""
    return current(session).lock_board(board_id)


def execute(session: Session, query: Executable, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Run a query that sees this transaction's changes."""
    session.flush()
    return session.connection().execute(query, parameters)


def select(session: Session, model: type[E], query: Executable, parameters: Mapping[str, Any]) -> list[E]:
    """Return the rows whose ids a query returns, in its order."""
    ids = execute(session, query, parameters).scalars().all()
    entities = current(session).entities
    entities.prefetch(model, ids)
    return [row for id in ids if (row := entities.get(model, id)) is not None]


def next_board_number(session: Session) -> int:
    """Return the number for a new board: one more than the highest. `operations` must be locked."""
    return int(execute(session, _NEXT_NUMBER, {}).scalar_one())


def positions(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the journal positions of these boards by id, including this transaction's changes."""
    locked = current(session).boards
    session.flush()
    rows = {row.id: row for row in session.connection().execute(_POSITIONS, {"ids": list(ids)})}
    return {id: position(locked.get(id, row)) for id, row in rows.items()}


def position(board: Any) -> dict[str, Any]:
    """Return the journal position in a board's row: epoch, seq, and head in hex."""
    return {"epoch": board.epoch, "seq": board.seq, "head": bytes(board.head).hex()}
