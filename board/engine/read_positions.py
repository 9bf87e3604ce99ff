"""Read positions: the last event of each board that each account has seen. A position never moves back within an epoch. A
restored board is new to everybody."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from sqlalchemy import String, and_, bindparam, select, text
from sqlmodel import Session

from board.engine import access, snapshot, unit_of_work
from board.engine.event import count_own
from board.engine.identity import Caller
from board.errors import Refused, invalid
from board.i18n import N_
from models import read_position
from models.board import Board
from models.db.statement import Statement, write_all
from models.db.tables import columns_of, table_of
from models.db.transaction import connection_of
from models.ids import id_bytes


class ReadPosition(NamedTuple):
    """Position up to which an account has seen a board."""

    board: str
    epoch: str
    seq: int


class StoredReadPosition(NamedTuple):
    """Stored read position. `at`: time at which the account last looked at the board, empty if it never did."""

    board: str
    epoch: str
    seq: int
    at: str
    own: int  # number of the account's own events after it

    @property
    def has_looked(self) -> bool:
        return bool(self.at)


MAX_EVENTS_COUNTED = 1_000  # newest events of a board in which an account's own events are counted: bounds the time of a write

# A position in an epoch other than the board's is ignored.
_ROW, _B = columns_of(read_position.ReadPosition), columns_of(Board)
_OF_ACCOUNT = (
    select(_ROW.board, _ROW.epoch, _ROW.seq, _ROW.at, _ROW.own)
    .join(table_of(Board), and_(_B.id == _ROW.board, _B.epoch == _ROW.epoch))
    .where(_ROW.account == bindparam("account"))
    .order_by(_ROW.board)
)
_OWN = count_own("(SELECT number FROM board WHERE id = CAST(:board AS TEXT))", "CAST(:after AS BIGINT)", "CAST(:head AS BIGINT)")
_INTO = "INSERT INTO read_positions AS p (account, board, epoch, seq, at, own) "
_FORWARD = (
    "ON CONFLICT (account, board) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, at = excluded.at, own = excluded.own "
    "WHERE p.epoch <> excluded.epoch OR p.seq <= excluded.seq"
)
_MOVE = Statement(
    f"{_INTO}VALUES (CAST(:account AS TEXT), CAST(:board AS TEXT), :epoch, CAST(:seq AS BIGINT), :at, {_OWN}) {_FORWARD}"
)
# Each valid position once, ordered by board so that two screens of one person never deadlock.
_MOVE_ALL = (
    f"{_INTO}SELECT CAST(:account AS TEXT), k.id, k.epoch, k.seq, CAST(:at AS TEXT), "  # noqa: S608
    f"{count_own('k.number', 'CASE WHEN k.seq < k.late THEN k.late ELSE k.seq END')} FROM ("
    "SELECT b.id, b.number, b.epoch, max(m.seq) AS seq, max(b.seq) - CAST(:through AS BIGINT) AS late FROM {positions} "
    "JOIN board b ON b.id = m.board AND b.epoch = m.epoch AND m.seq <= b.seq "
    "WHERE b.id NOT IN :hidden GROUP BY b.id, b.number, b.epoch) k WHERE true ORDER BY k.id "
    f"{_FORWARD}"
)
_POSITIONS_TABLE = {  # the positions as a table made from JSON, by dialect
    "sqlite": "(SELECT json_extract(value, '$[0]') AS board, json_extract(value, '$[1]') AS epoch, "
    "json_extract(value, '$[2]') AS seq FROM json_each(:positions)) m",
    "postgresql": "(SELECT value ->> 0 AS board, value ->> 1 AS epoch, CAST(value ->> 2 AS BIGINT) AS seq "
    "FROM jsonb_array_elements(CAST(:positions AS JSONB))) m",
}
_MOVES_ALL = {
    # text: it shares its clauses with the statement that is sent with a command
    kind: text(_MOVE_ALL.format(positions=positions)).bindparams(bindparam("hidden", expanding=True, type_=String()))
    for kind, positions in _POSITIONS_TABLE.items()
}


def read_positions(session: Session, account: str) -> dict[str, StoredReadPosition]:
    """Return the account's read positions by board, for boards that it has looked at and may see now."""
    return {board: position for board, position in stored_positions(session, account).items() if position.has_looked}


def stored_positions(session: Session, account: str) -> dict[str, StoredReadPosition]:
    """Return the account's stored positions by board, including boards on which it acted without looking at them."""
    hidden = snapshot.hidden_searches(session, account)
    rows = session.connection().execute(_OF_ACCOUNT, {"account": account})
    return {row.board: StoredReadPosition(*row) for row in rows if row.board not in hidden}


def advance(session: Session, caller: Caller, position: ReadPosition, at: str) -> None:
    """Advance a read position. No-op if the stored position is later. Raises Refused `not_found` if the caller may not read the
    board, `conflict` if the board was restored since, and `invalid` if the position is after its last event."""
    board = access.get_readable_board(session, caller, position.board)
    _check(board, position)
    write_all(connection_of(session), [(_MOVE, [_move_parameters(caller.account.id, position, board.seq, at)])])


def advance_with_command(session: Session, account: str, position: ReadPosition, head: int, at: str) -> None:
    """Advance a read position as part of a command. `head`: the board's seq."""
    unit_of_work.current(session).read_positions.add(_MOVE, _move_parameters(account, position, head, at))


def _move_parameters(account: str, position: ReadPosition, head: int, at: str) -> dict[str, Any]:
    after = max(position.seq, head - MAX_EVENTS_COUNTED)
    return {"account": account, "own": id_bytes(account), "at": at, "head": head, "after": after} | position._asdict()


def advance_many(session: Session, account: str, positions: Iterable[ReadPosition], at: str) -> None:
    """Advance many read positions in one statement. Skips positions that can't be advanced."""
    connection, hidden = session.connection(), snapshot.hidden_searches(session, account)
    listed = orjson.dumps([list(position) for position in {*positions}]).decode()
    params = {
        "account": account,
        "own": id_bytes(account),
        "at": at,
        "hidden": list(hidden),
        "positions": listed,
        "through": MAX_EVENTS_COUNTED,
    }
    connection.execute(_MOVES_ALL[connection.dialect.name], params)


def _check(board: Board, position: ReadPosition) -> None:
    if position.epoch != board.epoch:
        current = {"epoch": board.epoch, "seq": board.seq}
        raise Refused("conflict", N_("The board was restored from a backup in the meantime. Reload the page."), current=current)
    if position.seq > board.seq:
        raise invalid("seq", N_("This board does not have that event yet."))
