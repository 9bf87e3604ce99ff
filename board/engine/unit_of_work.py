"""Unit of work of one transaction, shared by all commands batched into it: locked boards, cached rows, and what is still to be
written.

Its rows are tracked by no ORM session: `EventWriter` says what it changes. They are written before a query of the session, and
else together with the commit.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import CursorResult, String, TextClause, bindparam, text
from sqlmodel import Session, SQLModel

from board.engine import kinds
from board.engine import share_counts as shares
from board.engine.share_counts import ShareCounts
from models.accounts import Account
from models.board import Board
from models.column import Column
from models.db import rows as table_rows
from models.db.database import at_commit, before_commit, before_flush, connection_of
from models.db.statement import BulkWrite, Parameters, Row, Statement, Write, read_all, write_all
from models.entity import Entity
from models.searchable import folded_text
from models.stored_payload import Bases

E = TypeVar("E", bound=SQLModel)
RowKey = tuple[type[SQLModel], str]  # model and id

_INFO_KEY = "turn"
_ADD_EVENT = BulkWrite.insert(
    "event",
    {
        "board": "integer", "seq": "integer", "at": "bigint", "base": "integer", "type": "text", "kind": "text",
        "entity": "bytea", "account": "bytea", "commitment": "bytea", "hash": "bytea", "key": "bytea", "body": "bytea",
    },
)  # fmt: skip
_ADD_ALERT = BulkWrite.insert("alert", {"board": "text", "seq": "bigint", "kind": "text", "account": "text", "at": "text"})
_ADD_ACK = BulkWrite.insert(
    "done",
    {
        "digest": "text", "day": "integer", "board": "integer", "seq": "integer", "events": "integer", "opened": "text",
        "content": "bytea",
    },
)  # fmt: skip
# One's own events are not new to oneself: the position moves over them if everything before was seen, else they are counted. A
# board never looked at has a row without a time. In another epoch both begin again.
_ACTED_INTO = "INSERT INTO seen (account, board, epoch, seq, at, own) "
_ACTED_UPDATE = (
    "ON CONFLICT (account, board) DO UPDATE SET epoch = excluded.epoch, "
    "own = CASE WHEN seen.epoch <> excluded.epoch THEN excluded.own WHEN seen.seq + seen.own >= {first} - 1 THEN 0 "
    "ELSE seen.own + excluded.own END, "
    "at = CASE WHEN seen.epoch <> excluded.epoch THEN '' ELSE seen.at END, "
    "seq = CASE WHEN seen.epoch <> excluded.epoch THEN 0 WHEN seen.seq + seen.own >= {first} - 1 THEN {last} ELSE seen.seq END "
    "WHERE seen.epoch <> excluded.epoch OR seen.seq < {last}"
)
_OF_ROW = "(SELECT v.{0} FROM v WHERE v.account = excluded.account AND v.board = excluded.board)"
_ACTED = BulkWrite(
    _ACTED_INTO + "VALUES (:account, :board, :epoch, 0, '', :count) " + _ACTED_UPDATE.format(first=":first", last=":last"),
    _ACTED_INTO  # noqa: S608
    + "SELECT v.account, v.board, v.epoch, 0, '', v.count FROM v "
    + _ACTED_UPDATE.format(first=_OF_ROW.format("first"), last=_OF_ROW.format("last")),
    {"account": "text", "board": "text", "epoch": "text", "first": "bigint", "last": "bigint", "count": "bigint"},
)
_BEGAN = Statement(
    "INSERT INTO seen (account, board, epoch, seq, at, own) VALUES (:account, :board, :epoch, :last, :at, 0) "
    "ON CONFLICT (account, board) DO NOTHING"
)
_POSITIONS = text("SELECT id, epoch, seq, head FROM board WHERE id IN :ids ORDER BY id").bindparams(
    bindparam("ids", expanding=True, type_=String())  # the list may be empty
)
_NEXT_NUMBER = text("SELECT max(number) + 1 FROM board")
_BOARD = tuple(Board.model_fields)
_SELECT_BOARD = f"SELECT {', '.join(_BOARD)} FROM board WHERE id "  # noqa: S608
_LOCK_BOARD = Statement(_SELECT_BOARD + "= :id", postgresql=" FOR UPDATE")
_LOCKED_BOARDS = Statement(_SELECT_BOARD + "IN :ids")
_MOVED = {"seq": "bigint", "at": "text", "last_type": "text", "head": "bytea", "cards": "bigint", "entities": "bigint"}
_MOVE_BOARD = BulkWrite.update("board", _MOVED)


class Query(NamedTuple):
    """Query, and the function that takes its rows."""

    statement: Statement
    parameters: Parameters
    take: Callable[[list[Row]], None]


class StoredAck(NamedTuple):
    """Ack of an executed command: its board, the first seq and the number of its events there, and the board that it opened; and
    the digest of its content if one is stored."""

    board: str
    seq: int
    events: int
    opened: str | None
    content: bytes | None


@dataclass
class UnitOfWork:
    """Shared state of a transaction, returned by `current(session)`. `changes` counts changes, so that a refused command knows
    whether anything must be rolled back."""

    boards: dict[str, Board] = field(default_factory=dict)  # locked; their rows are updated at the end
    rows: dict[RowKey, SQLModel | None] = field(default_factory=dict)  # None: no such row
    columns: dict[str, list[Column]] = field(default_factory=dict)  # by board
    signed_in: dict[tuple[str, str | None, str | None], Account] = field(default_factory=dict)
    callers: dict[tuple[str, str | None, str | None], Row | None] = field(default_factory=dict)  # read ahead
    known_acks: dict[tuple[str, str], StoredAck | None] = field(default_factory=dict)  # by account and command id; None: none
    highest_rank: dict[str, str | None] = field(default_factory=dict)  # by column: its highest rank, None if the column is empty
    open_alarms: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # read ahead: their ids, by board and entity
    bases: Bases = field(default_factory=Bases)  # read ahead, and of payloads made since
    shares: ShareCounts = field(default_factory=ShareCounts)
    changes: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    new_acks: list[dict[str, Any]] = field(default_factory=list)
    read_position_moves: list[tuple[Statement | BulkWrite, dict[str, Any]]] = field(default_factory=list)  # in order of execution
    final_steps: list[Callable[[Session], None]] = field(default_factory=list)  # run after everything else was written
    _own_events: dict[tuple[str, str], dict[str, Any]] = field(
        default_factory=dict
    )  # last move over own events, by account and board
    _new: dict[RowKey, SQLModel] = field(default_factory=dict)
    _changed: dict[RowKey, set[str]] = field(default_factory=dict)  # names of columns
    _deleted: dict[type[SQLModel], list[str]] = field(default_factory=dict)

    # -- rows ---------------------------------------------------------------------------------------------------------

    def add(self, row: Entity) -> None:
        """Add a row."""
        key = table_rows.model_of(row), row.id
        self.rows[key] = self._new[key] = row
        self._derive(key, row, None)

    def add_board(self, board: Board) -> None:
        """Add a board, which no other transaction can see yet: it counts as locked."""
        self.changes += 1
        self._new[Board, board.id] = self.boards[board.id] = board

    def set(self, row: Entity, values: Mapping[str, Any]) -> None:
        """Set columns of a row, and keep derived caches right."""
        self._derive(self.set_position(row, values), row, values.keys())

    def set_position(self, row: Entity, values: Mapping[str, Any]) -> RowKey:
        """Set columns of a row from which nothing is derived, such as the seq of its last event. Return its key."""
        key = table_rows.model_of(row), row.id
        self.rows[key] = row
        table_rows.assign(row, values)
        if key not in self._new:
            self._changed.setdefault(key, set()).update(values)
        return key

    def remove(self, row: Entity) -> None:
        """Delete a row."""
        key = table_rows.model_of(row), row.id
        self.rows[key] = None
        self._changed.pop(key, None)
        if self._new.pop(key, None) is None:
            self._deleted.setdefault(key[0], []).append(row.id)
        if key[0] is Column:
            self.columns.clear()

    def _derive(self, key: RowKey, row: Entity, changed: Collection[str] | None) -> None:
        """Update what follows from a row of which these columns have changed; None: it is new."""
        kind = kinds.of(row)
        if kind.is_searchable and (changed is None or not kind.searched_columns.isdisjoint(changed)):
            texts = kind.searchable_texts(row)
            folded = folded_text((*texts.values(), *kind.spellings(texts).values()))
            if folded != getattr(row, "folded", None):
                table_rows.assign(row, {"folded": folded})
                if changed is not None and key in self._changed:
                    self._changed[key].add("folded")
        if key[0] is Column:
            self.columns.clear()
        if changed is None or "column" in changed or "rank" in changed:
            column, rank = getattr(row, "column", None), getattr(row, "rank", "")
            if column in self.highest_rank:
                self.highest_rank[column] = max(self.highest_rank[column] or "", rank)

    # -- what was read -------------------------------------------------------------------------------------------------

    def record_own_events(self, account: str, board: str, epoch: str, first: int, last: int, at: str) -> None:
        """Record that an account made these events itself; the author of a board's first events has seen them."""
        named = {"account": account, "board": board, "epoch": epoch, "last": last}
        if first == 1:
            self.move_read_position(_BEGAN, named | {"at": at})
            return
        before = self._own_events.get((account, board))
        if before is not None and before["last"] == first - 1 and before["epoch"] == epoch:
            before |= {"last": last, "count": last - before["first"] + 1}  # as if it were one command
            return
        move = named | {"first": first, "count": last - first + 1}
        self.move_read_position(_ACTED, move)
        self._own_events[account, board] = move

    def move_read_position(self, statement: Statement | BulkWrite, move: dict[str, Any]) -> None:
        """Move a read position by this statement, after earlier moves."""
        self._own_events.pop((move["account"], move["board"]), None)
        self.read_position_moves.append((statement, move))

    def card_left_column(self, column: str, rank: str) -> None:
        """Update the cached highest rank when a card leaves a column."""
        if self.highest_rank.get(column) == rank:
            del self.highest_rank[column]

    # -- writing -------------------------------------------------------------------------------------------------------

    def flush_events(self, session: Session) -> None:
        """Write the pending rows and events, so that queries see them."""
        if self._new or self._changed or self._deleted or self.events:
            write_all(connection_of(session), self._rows_to_write())

    def finish(self, session: Session) -> None:
        """Run the final steps, after everything else was written: rows that change are locked by then, so a lock taken in a final
        step is the last one."""
        if self.final_steps:
            write_all(connection_of(session), self.all_to_write())
            session.flush()
            for each in self.final_steps:
                each(session)

    def all_to_write(self) -> list[Write]:
        """Return all that is left to write, each board's row once."""
        writes = self._rows_to_write()
        if self.alerts:
            writes.append((_ADD_ALERT, self.alerts))
        if self.new_acks:  # sorted, so that two processes writing the same ids never deadlock
            writes.append((_ADD_ACK, sorted(self.new_acks, key=lambda row: row["digest"])))
        writes += _grouped_moves(self.read_position_moves)
        if self.changes and self.boards:
            writes.append((_MOVE_BOARD, [table_rows.values_of(board, (*_MOVED, "id")) for board in self.boards.values()]))
        writes += self.shares.writes()
        self.alerts, self.new_acks, self.read_position_moves, self._own_events = [], [], [], {}
        return writes

    def _rows_to_write(self) -> list[Write]:
        writes: list[Write] = []
        for model, new in groupby(sorted(self._new.items(), key=_model_first), key=lambda item: item[0][0]):
            writes.append(table_rows.insert(model, [row for _, row in new]))
        by_columns: dict[tuple[type[SQLModel], tuple[str, ...]], list[SQLModel]] = {}
        for (model, id), names in self._changed.items():
            by_columns.setdefault((model, tuple(sorted(names))), []).append(cast("SQLModel", self.rows[model, id]))
        writes += [table_rows.update(model, names, changed) for (model, names), changed in by_columns.items()]
        writes += [table_rows.delete(model, ids) for model, ids in self._deleted.items()]
        if self.events:
            writes.append((_ADD_EVENT, self.events))
        self._new, self._changed, self._deleted, self.events = {}, {}, {}, []
        return writes


def _model_first(item: tuple[RowKey, SQLModel]) -> str:
    return item[0][0].__name__


def _grouped_moves(moves: Iterable[tuple[Statement | BulkWrite, dict[str, Any]]]) -> Iterator[Write]:
    """Yield moves of read positions by statement: sorted, as those of many boards may be moved concurrently, and no row twice in
    one write, as PostgreSQL refuses that."""
    statement: Statement | BulkWrite | None = None
    rows: list[dict[str, Any]] = []
    for each, row in sorted(moves, key=lambda move: _moved_row(move[1])):
        if each is statement and _moved_row(row) != _moved_row(rows[-1]):
            rows.append(row)
            continue
        if statement is not None:
            yield statement, rows
        statement, rows = each, [row]
    if statement is not None:
        yield statement, rows


def _moved_row(move: Mapping[str, Any]) -> tuple[str, str]:
    return move["account"], move["board"]


def current(session: Session) -> UnitOfWork:
    """Return the unit of work of this session."""
    unit: UnitOfWork | None = session.info.get(_INFO_KEY)
    if unit is None:
        unit = session.info[_INFO_KEY] = UnitOfWork()
        before_flush(session, unit.flush_events)
        before_commit(session, unit.finish)
        at_commit(session, unit.all_to_write)
    return unit


def run(session: Session, queries: Sequence[Query]) -> None:
    """Run queries in this order, in one round trip, and hand over their rows."""
    found = read_all(connection_of(session), [(query.statement, query.parameters) for query in queries])
    for query, rows in zip(queries, found, strict=True):
        query.take(rows)


def next_board_number(session: Session) -> int:
    """Return the number for a new board: one more than the highest. `operations` has to be locked."""
    current(session).flush_events(session)
    return int(session.connection().execute(_NEXT_NUMBER).scalar_one())


def lock_board(session: Session, board_id: str) -> Board | None:
    """Return a board with its row locked until commit, including the changes of this transaction."""
    unit = current(session)
    if board_id not in unit.boards:
        run(session, [query_to_lock(unit, board_id)])
    return unit.boards.get(board_id)


def query_to_lock(unit: UnitOfWork, board_id: str) -> Query:
    """Return the query that locks a board's row until commit."""
    return Query(_LOCK_BOARD, {"id": board_id}, lambda rows: _take_boards(unit, rows))


def query_of_locked(unit: UnitOfWork, boards: Collection[str]) -> Query:
    """Return the query for boards whose rows this transaction has locked, or which are locked with the whole database."""
    return Query(_LOCKED_BOARDS, {"ids": boards}, lambda rows: _take_boards(unit, rows))


def _take_boards(unit: UnitOfWork, rows: Iterable[Row]) -> None:
    for row in rows:
        board = table_rows.new(Board, dict(zip(_BOARD, row, strict=True)))
        unit.boards.setdefault(board.id, board)


def get(session: Session, model: type[E], id: str) -> E | None:
    """Return a row by its id, cached for this transaction. No session tracks it: only `UnitOfWork.set` changes it."""
    unit = current(session)
    if (model, id) not in unit.rows:
        run(session, [query_of_rows(unit, model, [id])])
    return cast("E | None", unit.rows[model, id])


def flush(session: Session) -> None:
    """Write pending rows and events, so that queries see them."""
    session.flush()
    current(session).flush_events(session)


def execute(session: Session, query: TextClause, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Run a query that sees what this transaction has changed."""
    flush(session)
    return session.connection().execute(query, parameters)


def select(session: Session, model: type[E], query: TextClause, parameters: Mapping[str, Any]) -> list[E]:
    """Return the rows whose ids a query finds, in its order."""
    ids = execute(session, query, parameters).scalars().all()
    prefetch(session, model, ids)
    return [row for id in ids if (row := get(session, model, id)) is not None]


def positions(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the journal positions of these boards, as this transaction has them: epoch, seq, and head in hex."""
    known = current(session).boards
    session.flush()
    rows = {row.id: row for row in session.connection().execute(_POSITIONS, {"ids": list(ids)})}
    return {id: position(known.get(id, row)) for id, row in rows.items()}


def position(board: Any) -> dict[str, Any]:
    """Return the journal position in a board's row."""
    return {"epoch": board.epoch, "seq": board.seq, "head": bytes(board.head).hex()}


def prefetch(session: Session, model: type[SQLModel], ids: Iterable[str]) -> None:
    """Load several rows at once."""
    unit = current(session)
    if unknown := [id for id in ids if (model, id) not in unit.rows]:
        run(session, [query_of_rows(unit, model, unknown)])


def query_of_rows(unit: UnitOfWork, model: type[SQLModel], ids: Collection[str]) -> Query:
    """Return the query for rows that are not cached yet."""

    def take(found: list[Row]) -> None:
        for row in table_rows.load(model, found):
            unit.rows.setdefault((model, row.id), row)  # type: ignore[attr-defined]
        for id in ids:
            unit.rows.setdefault((model, id), None)

    return Query(*table_rows.by_ids(model, ids), take)


def share_counts(session: Session, board: str, account: str) -> dict[str, tuple[int, int]]:
    """Return (entities, reserved) of an account on a locked board, by token."""
    counts = current(session).shares
    if (board, account) not in counts.stored:

        def take(rows: list[Row]) -> None:
            counts.stored[board, account] = {token: (entities, reserved) for token, entities, reserved in rows}

        run(session, [Query(shares.READ, {"board": board, "account": account}, take)])
    return counts.current(board, account)


def columns(session: Session, board: str) -> Sequence[Column]:
    """Return the columns of a board."""
    unit = current(session)
    if board not in unit.columns:
        unit.flush_events(session)
        run(session, [query_of_columns(unit, [board])])
    return unit.columns[board]


def query_of_columns(unit: UnitOfWork, boards: Collection[str]) -> Query:
    """Return the query for the columns of several boards."""

    def take(found: list[Row]) -> None:
        unit.columns |= {board: [] for board in boards}
        for each in table_rows.load(Column, found):
            row = unit.rows.setdefault((Column, each.id), each) or each
            unit.columns[each.board].append(cast("Column", row))

    return Query(*table_rows.by_board(Column, boards), take)
