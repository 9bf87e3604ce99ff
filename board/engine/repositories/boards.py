"""Boards that a transaction has locked. Their rows are read with the locks and written once, with the commit."""

from collections.abc import Collection, Iterable

from models.board import Board
from models.db import rows
from models.db.statement import BulkWrite, Query, Row, Statement, Write

_COLUMNS = tuple(Board.model_fields)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM board WHERE id "  # noqa: S608
# Text SQL, as everywhere on the path of a command: see `models.db.statement`.
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
        return Query(_LOCK, {"id": id}, self._load)

    def locked(self, ids: Collection[str]) -> Query:
        """Return the query for boards whose rows, or whose entire database, this transaction has locked."""
        return Query(_LOCKED, {"ids": ids}, self._load)

    def _load(self, found_rows: Iterable[Row]) -> None:
        for row in found_rows:
            board = rows.new_row(Board, dict(zip(_COLUMNS, row, strict=True)))
            self.setdefault(board.id, board)

    def add(self, board: Board) -> None:
        """Add a new board. It counts as locked, because no other transaction can see it yet."""
        self.new.append(board)
        self[board.id] = board

    def inserts(self) -> list[Write]:
        """Return the new boards, once."""
        new, self.new = self.new, []
        return [rows.insert(Board, new)] if new else []

    def moves(self) -> list[Write]:
        """Return the new positions and counts of all locked boards."""
        return [(_MOVE, [rows.values_of(board, (*_MOVED, "id")) for board in self.values()])] if self else []
