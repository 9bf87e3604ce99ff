"""What the commands that share a transaction share: the boards they locked, what they read once for all of them, and the
journal's rows, which are written together at the end."""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import text
from sqlmodel import Session, select

from models.accounts import Account
from models.board import Board
from models.database import at_end
from models.search import Search

T = TypeVar("T")

_TURN = "turn"
_ADD_EVENT = text(
    "INSERT INTO event (board, seq, at, type, kind, entity, account, commitment, hash) "
    "VALUES (:board, :seq, :at, :type, :kind, :entity, :account, :commitment, :hash)"
)
_ADD_PAYLOAD = text("INSERT INTO payload (board, seq, key, body) VALUES (:board, :seq, :key, :body)")
_ADD_DONE = text("INSERT INTO done (account, command, name, ack, at) VALUES (:account, :command, :name, :ack, :at)")
_MOVE_BOARD = text(
    "UPDATE board SET seq = :seq, at = :at, last_type = :last_type, head = :head, cards = :cards, entities = :entities "
    "WHERE id = :id"
)


@dataclass
class Turn:
    """Got by `of(session)`. `changes` counts what was changed, so that who is refused knows whether to undo anything."""

    boards: dict[str, Board] = field(default_factory=dict)  # locked; their rows are written at the end
    searches: dict[str, Search] = field(default_factory=dict)
    signed_in: dict[tuple[str, str | None, str | None], Account] = field(default_factory=dict)
    remembered: dict[tuple[str, str], str] | None = None  # (account, command id): the ack it got
    last: dict[str, str | None] = field(default_factory=dict)  # column: the highest rank in it
    changes: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    done: list[dict[str, Any]] = field(default_factory=list)

    def write(self, session: Session) -> None:
        """Writes what is waiting, so that it can be read."""
        connection = session.connection()
        for statement, rows in ((_ADD_EVENT, self.events), (_ADD_PAYLOAD, self.payloads)):
            if rows:
                connection.execute(statement, rows)
                rows.clear()

    def end(self, session: Session) -> None:
        """Writes all that is left, each board's row once."""
        self.write(session)
        connection = session.connection()
        if self.done:  # sorted: two processes that write the same ids must not wait for each other
            connection.execute(_ADD_DONE, sorted(self.done, key=lambda row: (row["account"], row["command"])))
        if self.changes and self.boards:
            connection.execute(_MOVE_BOARD, [board.model_dump() for board in self.boards.values()])


def of(session: Session) -> Turn:
    """The turn of this session."""
    turn: Turn | None = session.info.get(_TURN)
    if turn is None:
        turn = session.info[_TURN] = Turn()
        at_end(session, turn.end)
    return turn


def locked(session: Session, board_id: str) -> Board | None:
    """A board whose row is ours until the transaction ends: as it is now, with what this transaction did."""
    turn = of(session)
    if board_id not in turn.boards:
        board = session.exec(select(Board).where(Board.id == board_id).with_for_update()).first()
        if board is None:
            return None
        session.expunge(board)
        turn.boards[board_id] = board
    return turn.boards[board_id]


def search(session: Session, id: str) -> Search | None:
    """The row of a search, kept as long as the transaction."""
    turn = of(session)
    if id not in turn.searches and (row := session.get(Search, id)) is not None:
        turn.searches[id] = row
    return turn.searches.get(id)
