"""Moves of read positions by commands, written with the commit. The statements compare positions themselves, so nothing is
prefetched."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from models.db.statement import BulkWrite, Statement, Write

# An account's own events are not new to it. The position moves past them if everything before was read; otherwise they are
# counted. A board that was never read has a row without a time. A new epoch restarts the position and the count.
_INTO = "INSERT INTO read_positions AS p (account, board, epoch, seq, at, own) "
_UPDATE = (
    "ON CONFLICT (account, board) DO UPDATE SET epoch = excluded.epoch, "
    "own = CASE WHEN p.epoch <> excluded.epoch THEN excluded.own WHEN p.seq + p.own >= {first} - 1 THEN 0 "
    "ELSE p.own + excluded.own END, "
    "at = CASE WHEN p.epoch <> excluded.epoch THEN '' ELSE p.at END, "
    "seq = CASE WHEN p.epoch <> excluded.epoch THEN 0 WHEN p.seq + p.own >= {first} - 1 THEN {last} ELSE p.seq END "
    "WHERE p.epoch <> excluded.epoch OR p.seq < {last}"
)
_OF_ROW = "(SELECT v.{0} FROM v WHERE v.account = excluded.account AND v.board = excluded.board)"
_ACTED = BulkWrite(
    _INTO + "VALUES (:account, :board, :epoch, 0, '', :count) " + _UPDATE.format(first=":first", last=":last"),
    _INTO  # noqa: S608
    + "SELECT v.account, v.board, v.epoch, 0, '', v.count FROM v "
    + _UPDATE.format(first=_OF_ROW.format("first"), last=_OF_ROW.format("last")),
    {"account": "text", "board": "text", "epoch": "text", "first": "bigint", "last": "bigint", "count": "bigint"},
)
_BEGAN = Statement(
    "INSERT INTO read_positions AS p (account, board, epoch, seq, at, own) VALUES (:account, :board, :epoch, :last, :at, 0) "
    "ON CONFLICT (account, board) DO NOTHING"
)

Move = tuple[Statement | BulkWrite, dict[str, Any]]


class ReadPositionMoves:
    """Moves in the order of the commands. Consecutive moves of one account over its own events are merged."""

    def __init__(self) -> None:
        self._moves: list[Move] = []
        self._own_events: dict[tuple[str, str], dict[str, Any]] = {}  # last move over own events, by account and board

    def over_own_events(self, account: str, board: str, epoch: str, first: int, last: int, at: str) -> None:
        """Record that an account wrote these events itself. If they begin with the board's first event, it has read them all."""
        values = {"account": account, "board": board, "epoch": epoch, "last": last}
        if first == 1:
            self.add(_BEGAN, values | {"at": at})
            return
        before = self._own_events.get((account, board))
        if before is not None and before["last"] == first - 1 and before["epoch"] == epoch:
            before |= {"last": last, "count": last - before["first"] + 1}  # merge both moves
            return
        move = values | {"first": first, "count": last - first + 1}
        self.add(_ACTED, move)
        self._own_events[account, board] = move

    def add(self, statement: Statement | BulkWrite, values: dict[str, Any]) -> None:
        """Add a move of a read position, after earlier moves."""
        self._own_events.pop((values["account"], values["board"]), None)
        self._moves.append((statement, values))

    def writes(self) -> list[Write]:
        """Return the pending moves, once."""
        moves, self._moves, self._own_events = self._moves, [], {}
        return list(_grouped(moves))


def _grouped(moves: Iterable[Move]) -> Iterator[Write]:
    """Yield moves grouped by statement. They are sorted, so that concurrent transactions never deadlock. No write contains a row
    twice, because PostgreSQL refuses that."""
    statement: Statement | BulkWrite | None = None
    rows: list[dict[str, Any]] = []
    for next_statement, row in sorted(moves, key=lambda move: _key(move[1])):
        if next_statement is statement and _key(row) != _key(rows[-1]):
            rows.append(row)
            continue
        if statement is not None:
            yield statement, rows
        statement, rows = next_statement, [row]
    if statement is not None:
        yield statement, rows


def _key(move: Mapping[str, Any]) -> tuple[str, str]:
    return move["account"], move["board"]
