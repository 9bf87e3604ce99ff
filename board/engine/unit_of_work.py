"""What the commands that share a transaction share: the boards they locked, what they read once for all of them, and the
journal's rows, which are written together at the end."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import String, TextClause, bindparam, text
from sqlmodel import Session, SQLModel, select

from models.accounts import Account
from models.board import Board
from models.column import Column
from models.db.database import before_commit
from models.entity import Entity
from models.searchable import Searchable

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
# What somebody did themselves is not new to them: it is seen where all before it was, or else counted.
# Where they never looked there is a row, too, without a time. (In another epoch it begins anew.)
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
    bindparam("ids", expanding=True, type_=String())  # there may be none
)
_MOVE_BOARD = text(
    "UPDATE board SET seq = :seq, at = :at, last_type = :last_type, head = :head, cards = :cards, entities = :entities "
    "WHERE id = :id"
)


class StoredAck(NamedTuple):
    """The ack that a command got, and the digest of its content, where one is kept."""

    ack: str
    content: bytes | None


@dataclass
class UnitOfWork:
    """Got by `of(session)`. `changes` counts what was changed, so that who is refused knows whether to undo anything."""

    boards: dict[str, Board] = field(default_factory=dict)  # locked; their rows are written at the end
    rows: dict[tuple[type[SQLModel], str], SQLModel | None] = field(default_factory=dict)  # None: there is none
    columns: dict[str, list[Column]] = field(default_factory=dict)  # of a board
    signed_in: dict[tuple[str, str | None, str | None], Account] = field(default_factory=dict)
    known_acks: dict[tuple[str, str], StoredAck] | None = None  # by account and command id
    highest_rank: dict[str, str | None] = field(default_factory=dict)  # column: the highest rank in it, None where it is empty
    changes: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    new_acks: list[dict[str, Any]] = field(default_factory=list)
    read_position_moves: list[tuple[TextClause, dict[str, Any]]] = field(default_factory=list)  # moves of marks, in their order
    final_steps: list[Callable[[Session], None]] = field(default_factory=list)  # to be done when all else is written

    def track(self, row: Entity) -> None:
        """A row that was made, or changed: what is known of it stays true."""
        self.rows[type(row), row.id] = row
        if isinstance(row, Searchable):
            row.fold()
        if isinstance(row, Column):
            self.columns.clear()
        column, rank = getattr(row, "column", None), getattr(row, "rank", "")
        if column in self.highest_rank:
            self.highest_rank[column] = max(self.highest_rank[column] or "", rank)

    def untrack(self, row: Entity) -> None:
        """A row that is no more."""
        self.rows[type(row), row.id] = None
        if isinstance(row, Column):
            self.columns.clear()

    def record_own_events(self, account: str, board: str, epoch: str, first: int, last: int, at: str) -> None:
        """Somebody made these events of a board; who made its first ones has seen it as it began."""
        named = {"account": account, "board": board, "epoch": epoch, "last": last}
        if first == 1:
            self.read_position_moves.append((_BEGAN, named | {"at": at}))
        else:
            self.read_position_moves.append((_ACTED, named | {"first": first, "count": last - first + 1}))

    def card_left_column(self, column: str, rank: str) -> None:
        """A card goes elsewhere."""
        if self.highest_rank.get(column) == rank:
            del self.highest_rank[column]

    def flush_events(self, session: Session) -> None:
        """Writes what is waiting, so that it can be read."""
        connection = session.connection()
        for statement, rows in ((_ADD_EVENT, self.events), (_ADD_PAYLOAD, self.payloads)):
            if rows:
                connection.execute(statement, rows)
                rows.clear()

    def flush_all(self, session: Session) -> None:
        """Writes all that is left, each board's row once; then what comes last, and what that has left."""
        self._flush_rest(session)
        if self.final_steps:
            session.flush()  # rows that were changed are locked by now: who locks something last waits for nothing after it
            for each in self.final_steps:
                each(session)
            self._flush_rest(session)

    def _flush_rest(self, session: Session) -> None:
        self.flush_events(session)
        connection = session.connection()
        if self.alerts:
            connection.execute(_ADD_ALERT, self.alerts)
            self.alerts.clear()
        if self.new_acks:  # sorted: two processes that write the same ids must not wait for each other
            connection.execute(_ADD_ACK, sorted(self.new_acks, key=lambda row: (row["account"], row["command"])))
            self.new_acks.clear()
        if self.read_position_moves:  # sorted too: somebody may move marks of many boards meanwhile
            moves = sorted(self.read_position_moves, key=lambda move: (move[1]["account"], move[1]["board"]))
            for statement, rows in groupby(moves, key=lambda move: move[0]):
                connection.execute(statement, [row for _, row in rows])
            self.read_position_moves.clear()
        if self.changes and self.boards:
            connection.execute(_MOVE_BOARD, [board.model_dump() for board in self.boards.values()])


def current(session: Session) -> UnitOfWork:
    """The turn of this session."""
    unit: UnitOfWork | None = session.info.get(_INFO_KEY)
    if unit is None:
        unit = session.info[_INFO_KEY] = UnitOfWork()
        before_commit(session, unit.flush_all)
    return unit


def lock_board(session: Session, board_id: str) -> Board | None:
    """A board whose row is ours until the transaction ends: as it is now, with what this transaction did."""
    unit = current(session)
    if board_id not in unit.boards:
        with session.no_autoflush:  # what this transaction did to boards is in `turn`
            # (as it is now, also where it was read before it was locked)
            row = select(Board).where(Board.id == board_id).with_for_update().execution_options(populate_existing=True)
            board = session.exec(row).first()
        if board is None:
            return None
        session.expunge(board)
        unit.boards[board_id] = board
    return unit.boards[board_id]


def lock_boards(session: Session, boards: Iterable[str]) -> None:
    """The same for several at once, where the whole database is this transaction's."""
    unit = current(session)
    with session.no_autoflush:
        for board in session.exec(select(Board).where(Board.id.in_(set(boards) - unit.boards.keys()))):  # type: ignore[attr-defined]
            session.expunge(board)
            unit.boards[board.id] = board


def get(session: Session, model: type[E], id: str) -> E | None:
    """The row by its id, as this transaction has it; looked for once."""
    rows = current(session).rows
    if (model, id) not in rows:
        with session.no_autoflush:  # what was made or changed here is in `rows`
            rows[model, id] = session.get(model, id)
    return cast("E | None", rows[model, id])


def flush(session: Session) -> None:
    """Writes what is waiting, rows and events, so that a query of one's own finds it."""
    session.flush()
    current(session).flush_events(session)


def positions(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Where the journals of these boards stand, as this transaction has them: epoch, seq, and the head in hex."""
    known = current(session).boards
    session.flush()
    rows = {row.id: row for row in session.connection().execute(_POSITIONS, {"ids": list(ids)})}
    return {id: position(known.get(id, row)) for id, row in rows.items()}


def position(board: Any) -> dict[str, Any]:
    """Of a board's row."""
    return {"epoch": board.epoch, "seq": board.seq, "head": bytes(board.head).hex()}


def prefetch(session: Session, model: type[Entity], ids: Iterable[str]) -> set[str]:
    """Reads several rows at once; gives the ids that there are none for."""
    rows = current(session).rows
    unknown = {id for id in ids if (model, id) not in rows}
    if unknown:
        rows |= dict.fromkeys(((model, id) for id in unknown), None)
        rows |= {(model, each.id): each for each in session.exec(select(model).where(model.id.in_(unknown)))}  # type: ignore[attr-defined]
    return {id for id in unknown if rows[model, id] is None}


def columns(session: Session, board: str) -> Sequence[Column]:
    """The columns of a board."""
    if board not in current(session).columns:
        prefetch_columns(session, [board])
    return current(session).columns[board]


def prefetch_columns(session: Session, boards: Sequence[str]) -> None:
    """Reads the columns of several boards at once."""
    ours = current(session)
    ours.columns |= {board: [] for board in boards}
    for each in session.exec(select(Column).where(Column.board.in_(boards))):  # type: ignore[attr-defined]
        ours.columns[each.board].append(each)
        ours.rows[Column, each.id] = each
