"""Counts of board shares within one transaction: stored counts, and changes that are not written yet."""

from collections import defaultdict
from dataclasses import dataclass, field

from models.db.statement import BulkWrite, Query, Row, Statement, Write

ShareKey = tuple[str, str, str]  # board, account, and the id of a token or ""

_READ = Statement("SELECT token, entities, reserved FROM board_share WHERE board = :board AND account = :account")
_INTO = "INSERT INTO board_share (board, account, token, entities, reserved) "
_UPDATE = (
    "ON CONFLICT (board, account, token) DO UPDATE SET entities = board_share.entities + excluded.entities, "
    "reserved = board_share.reserved + excluded.reserved"
)
_CHANGE = BulkWrite(
    f"{_INTO}VALUES (:board, :account, :token, :entities, :reserved) {_UPDATE}",
    f"{_INTO}SELECT board, account, token, entities, reserved FROM v WHERE true {_UPDATE}",  # noqa: S608
    {"board": "text", "account": "text", "token": "text", "entities": "integer", "reserved": "integer"},
)
_RESET = Statement("UPDATE board_share SET reserved = 0 WHERE board = :board AND reserved > 0")


@dataclass
class ShareCounts:
    """Counts of one transaction. `stored`: (entities, reserved) as in the database, by board and account, then by token."""

    stored: dict[tuple[str, str], dict[str, tuple[int, int]]] = field(default_factory=dict)
    _changes: dict[ShareKey, tuple[int, int]] = field(default_factory=dict)  # not written yet
    _reset_boards: set[str] = field(default_factory=set)

    def query(self, board: str, account: str) -> Query:
        """Return the query for the counts of an account on a locked board."""

        def take(rows: list[Row]) -> None:
            self.stored[board, account] = {token: (entities, reserved) for token, entities, reserved in rows}

        return Query(_READ, {"board": board, "account": account}, take)

    def change(self, key: ShareKey, entities: int, reserved: int) -> None:
        """Add to the counts of an account or token."""
        before = self._changes.get(key, (0, 0))
        self._changes[key] = before[0] + entities, before[1] + reserved

    def reset_reserved(self, board: str) -> None:
        """Set all reserved counts of a board to 0, because the board is below its limit again."""
        self._reset_boards.add(board)
        self._changes = {
            key: (entities, 0 if key[0] == board else reserved) for key, (entities, reserved) in self._changes.items()
        }
        for (share_board, _), tokens in self.stored.items():
            if share_board == board:
                tokens.update({token: (entities, 0) for token, (entities, _) in tokens.items()})

    def current(self, board: str, account: str) -> dict[str, tuple[int, int]]:
        """Return (entities, reserved) by token, including changes that are not written yet."""
        counts = defaultdict(lambda: (0, 0), self.stored[board, account])
        for (share_board, share_account, token), (entities, reserved) in self._changes.items():
            if (share_board, share_account) == (board, account):
                counts[token] = counts[token][0] + entities, counts[token][1] + reserved
        return dict(counts)

    def writes(self) -> list[Write]:
        """Return the pending changes, sorted, and treat them as written."""
        for (board, account, token), (entities, reserved) in self._changes.items():
            if (tokens := self.stored.get((board, account))) is not None:
                before = tokens.get(token, (0, 0))
                tokens[token] = before[0] + entities, before[1] + reserved
        names = ("board", "account", "token", "entities", "reserved")
        changes = [dict(zip(names, (*key, *self._changes[key]), strict=True)) for key in sorted(self._changes)]
        resets = [{"board": board} for board in sorted(self._reset_boards)]
        self._changes, self._reset_boards = {}, set()
        return [(statement, rows) for statement, rows in ((_RESET, resets), (_CHANGE, changes)) if rows]
