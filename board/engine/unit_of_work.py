"""Unit of work of one transaction, shared by all commands batched into it: locked boards, cached rows, and journal rows to
insert before commit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import String, TextClause, bindparam, text
from sqlmodel import Session, SQLModel, select

from board.engine import kinds
from models.accounts import Account
from models.board import Board
from models.column import Column
from models.db.database import before_commit
from models.entity import Entity
from models.searchable import Searchable, folded_text

E = TypeVar("E", bound=SQLModel)

_INFO_KEY = "turn"
_ADD_EVENT = text(
    "INSERT INTO event (board, seq, at, type, kind, entity, account, commitment, hash) "
    "VALUES (:board, :seq, :at, :type, :kind, :entity, :account, :commitment, :hash)"
)
_ADD_PAYLOAD = text("INSERT INTO payload (board, seq, key, body) VALUES (:board, :seq, :key, :body)")
_ADD_ALERT = text("INSERT INTO alert (board, seq, kind, account, at) VALUES (:board, :seq, :kind, :account, :at)")
_ADD_ACK = text(
    "INSERT INTO done (account, command, name, ack, at, content) VALUES (:account, :command, :name, :ack, :at, :content)"
)
# One's own events are not new to oneself: the position moves over them if everything before was seen, else they are counted. A
# board never looked at has a row without a time. In another epoch both begin again.
_ACTED = text(
    "INSERT INTO seen (account, board, epoch, seq, at, own) VALUES (:account, :board, :epoch, 0, '', :count) "
    "ON CONFLICT (account, board) DO UPDATE SET epoch = excluded.epoch, "
    "own = CASE WHEN seen.epoch <> excluded.epoch THEN excluded.own WHEN seen.seq + seen.own >= :first - 1 THEN 0 "
    "ELSE seen.own + excluded.own END, "
    "at = CASE WHEN seen.epoch <> excluded.epoch THEN '' ELSE seen.at END, "
    "seq = CASE WHEN seen.epoch <> excluded.epoch THEN 0 WHEN seen.seq + seen.own >= :first - 1 THEN :last ELSE seen.seq END "
    "WHERE seen.epoch <> excluded.epoch OR seen.seq < :last"
)
_BEGAN = text(
    "INSERT INTO seen (account, board, epoch, seq, at, own) VALUES (:account, :board, :epoch, :last, :at, 0) "
    "ON CONFLICT (account, board) DO NOTHING"
)
_POSITIONS = text("SELECT id, epoch, seq, head FROM board WHERE id IN :ids ORDER BY id").bindparams(
    bindparam("ids", expanding=True, type_=String())  # the list may be empty
)
_MOVE_BOARD = text(
    "UPDATE board SET seq = :seq, at = :at, last_type = :last_type, head = :head, cards = :cards, entities = :entities "
    "WHERE id = :id"
)


class StoredAck(NamedTuple):
    """Ack of an executed command, and the digest of its content if one is stored."""

    ack: str
    content: bytes | None


@dataclass
class UnitOfWork:
    """Shared state of a transaction, returned by `current(session)`. `changes` counts changes, so that a refused command knows
    whether anything must be rolled back."""

    boards: dict[str, Board] = field(default_factory=dict)  # locked; their rows are updated at the end
    rows: dict[tuple[type[SQLModel], str], SQLModel | None] = field(default_factory=dict)  # None: no such row
    columns: dict[str, list[Column]] = field(default_factory=dict)  # by board
    signed_in: dict[tuple[str, str | None, str | None], Account] = field(default_factory=dict)
    known_acks: dict[tuple[str, str], StoredAck] | None = None  # by account and command id
    highest_rank: dict[str, str | None] = field(default_factory=dict)  # by column: its highest rank, None if the column is empty
    changes: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    new_acks: list[dict[str, Any]] = field(default_factory=list)
    read_position_moves: list[tuple[TextClause, dict[str, Any]]] = field(default_factory=list)  # in order of execution
    final_steps: list[Callable[[Session], None]] = field(default_factory=list)  # run after everything else was written

    def track(self, row: Entity) -> None:
        """Cache a row that was created or changed, and keep derived caches right."""
        self.rows[type(row), row.id] = row
        if isinstance(row, Searchable):
            row.folded = folded_text(kinds.of(row).searchable_texts(row).values())
        if isinstance(row, Column):
            self.columns.clear()
        column, rank = getattr(row, "column", None), getattr(row, "rank", "")
        if column in self.highest_rank:
            self.highest_rank[column] = max(self.highest_rank[column] or "", rank)

    def untrack(self, row: Entity) -> None:
        """Forget a row that was deleted."""
        self.rows[type(row), row.id] = None
        if isinstance(row, Column):
            self.columns.clear()

    def record_own_events(self, account: str, board: str, epoch: str, first: int, last: int, at: str) -> None:
        """Record that an account made these events itself; the author of a board's first events has seen them."""
        named = {"account": account, "board": board, "epoch": epoch, "last": last}
        if first == 1:
            self.read_position_moves.append((_BEGAN, named | {"at": at}))
        else:
            self.read_position_moves.append((_ACTED, named | {"first": first, "count": last - first + 1}))

    def card_left_column(self, column: str, rank: str) -> None:
        """Update the cached highest rank when a card leaves a column."""
        if self.highest_rank.get(column) == rank:
            del self.highest_rank[column]

    def flush_events(self, session: Session) -> None:
        """Insert the pending events, so that queries see them."""
        connection = session.connection()
        for statement, rows in ((_ADD_EVENT, self.events), (_ADD_PAYLOAD, self.payloads)):
            if rows:
                connection.execute(statement, rows)
                rows.clear()

    def flush_all(self, session: Session) -> None:
        """Write everything that is left, each board's row once; then run the final steps, and write what they added."""
        self._flush_rest(session)
        if self.final_steps:
            session.flush()  # changed rows are locked by now, so a lock taken in a final step is the last one
            for each in self.final_steps:
                each(session)
            self._flush_rest(session)

    def _flush_rest(self, session: Session) -> None:
        self.flush_events(session)
        connection = session.connection()
        if self.alerts:
            connection.execute(_ADD_ALERT, self.alerts)
            self.alerts.clear()
        if self.new_acks:  # sorted, so that two processes writing the same ids never deadlock
            connection.execute(_ADD_ACK, sorted(self.new_acks, key=lambda row: (row["account"], row["command"])))
            self.new_acks.clear()
        if self.read_position_moves:  # sorted, as read positions of many boards may be moved concurrently
            moves = sorted(self.read_position_moves, key=lambda move: (move[1]["account"], move[1]["board"]))
            for statement, rows in groupby(moves, key=lambda move: move[0]):
                connection.execute(statement, [row for _, row in rows])
            self.read_position_moves.clear()
        if self.changes and self.boards:
            connection.execute(_MOVE_BOARD, [board.model_dump() for board in self.boards.values()])


def current(session: Session) -> UnitOfWork:
    """Return the unit of work of this session."""
    unit: UnitOfWork | None = session.info.get(_INFO_KEY)
    if unit is None:
        unit = session.info[_INFO_KEY] = UnitOfWork()
        before_commit(session, unit.flush_all)
    return unit


def lock_board(session: Session, board_id: str) -> Board | None:
    """Return a board with its row locked until commit, including the changes of this transaction."""
    unit = current(session)
    if board_id not in unit.boards:
        with session.no_autoflush:  # changes of this transaction to boards are in `unit.boards`
            # populate_existing: read the row again even if it was loaded before it was locked
            row = select(Board).where(Board.id == board_id).with_for_update().execution_options(populate_existing=True)
            board = session.exec(row).first()
        if board is None:
            return None
        session.expunge(board)
        unit.boards[board_id] = board
    return unit.boards[board_id]


def lock_boards(session: Session, boards: Iterable[str]) -> None:
    """Load several boards at once. Only for transactions that hold the lock of the whole database."""
    unit = current(session)
    with session.no_autoflush:
        for board in session.exec(select(Board).where(Board.id.in_(set(boards) - unit.boards.keys()))):  # type: ignore[attr-defined]
            session.expunge(board)
            unit.boards[board.id] = board


def get(session: Session, model: type[E], id: str) -> E | None:
    """Return a row by its id, cached for this transaction."""
    rows = current(session).rows
    if (model, id) not in rows:
        with session.no_autoflush:  # rows created or changed here are in `rows`
            rows[model, id] = session.get(model, id)
    return cast("E | None", rows[model, id])


def flush(session: Session) -> None:
    """Write pending rows and events, so that queries see them."""
    session.flush()
    current(session).flush_events(session)


def positions(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the journal positions of these boards, as this transaction has them: epoch, seq, and head in hex."""
    known = current(session).boards
    session.flush()
    rows = {row.id: row for row in session.connection().execute(_POSITIONS, {"ids": list(ids)})}
    return {id: position(known.get(id, row)) for id, row in rows.items()}


def position(board: Any) -> dict[str, Any]:
    """Return the journal position in a board's row."""
    return {"epoch": board.epoch, "seq": board.seq, "head": bytes(board.head).hex()}


def prefetch(session: Session, model: type[Entity], ids: Iterable[str]) -> set[str]:
    """Load several rows at once; return the ids that have none."""
    rows = current(session).rows
    unknown = {id for id in ids if (model, id) not in rows}
    if unknown:
        rows |= dict.fromkeys(((model, id) for id in unknown), None)
        rows |= {(model, each.id): each for each in session.exec(select(model).where(model.id.in_(unknown)))}  # type: ignore[attr-defined]
    return {id for id in unknown if rows[model, id] is None}


def columns(session: Session, board: str) -> Sequence[Column]:
    """Return the columns of a board."""
    if board not in current(session).columns:
        prefetch_columns(session, [board])
    return current(session).columns[board]


def prefetch_columns(session: Session, boards: Sequence[str]) -> None:
    """Load the columns of several boards at once."""
    unit = current(session)
    unit.columns |= {board: [] for board in boards}
    for each in session.exec(select(Column).where(Column.board.in_(boards))):  # type: ignore[attr-defined]
        unit.columns[each.board].append(each)
        unit.rows[Column, each.id] = each
