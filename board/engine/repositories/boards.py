"""Boards that a transaction has locked. It reads their rows with the locks, and writes the rows once, with the commit."""

from collections.abc import Collection, Iterable

from models.board import Board
from models.db import rows
from models.db.statement import BulkWrite, Query, Row, Statement, Write

_COLUMNS = tuple(Board.model_fields)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM board WHERE id "  # noqa: S608
# Text SQL, as on the whole way of a command: see `models.db.statement`.
_LOCK = Statement(_SELECT + "= :id", postgresql=" FOR UPDATE")
_LOCKED = Statement(_SELECT + "IN :ids")
_MOVED = {"seq": "bigint", "at": "text", "last_type": "text", "head": "bytea", "cards": "bigint", "entities": "bigint"}
_MOVE = BulkWrite.update("board", _MOVED)


class Boards(dict[str, Board]):
    """Locked boards, by id."""

    def __init__(self) -> None:
        super().__init__()
        self.new: list[Board] = []

    def lock(self, id: str) -> Query:
        """Return the query that locks a board's row until commit."""
        return Query(_LOCK, {"id": id}, self._take)

    def locked(self, ids: Collection[str]) -> Query:
        """Return the query for boards whose rows this transaction has locked, or which are locked with the whole database."""
        return Query(_LOCKED, {"ids": ids}, self._take)

    def _take(self, found: Iterable[Row]) -> None:
        for row in found:
            board = rows.new(Board, dict(zip(_COLUMNS, row, strict=True)))
            self.setdefault(board.id, board)

    def add(self, board: Board) -> None:
        """Add a new board, which no other transaction can see yet: it counts as locked."""
        self.new.append(board)
        self[board.id] = board

    def inserts(self) -> list[Write]:
        """Return the new boards to write, once."""
        new, self.new = self.new, []
        return [rows.insert(Board, new)] if new else []

    def moves(self) -> list[Write]:
        """Return the positions and counts to write."""
        return [(_MOVE, [rows.values_of(board, (*_MOVED, "id")) for board in self.values()])] if self else []
