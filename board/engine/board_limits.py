"""Size limits of a board: the number of entities, the share of one account or token, and the reserve above the limit.

Only entities that are currently on the board count. `BoardShare` stores the counts of accounts and tokens. They are written with
the counted rows, under the board's lock.
"""

from typing import NamedTuple

from sqlmodel import Session, select

from board.config import sentences
from board.config.board_shares import BoardShares
from board.engine import unit_of_work
from board.errors import Refused
from board.i18n import N_, message
from models.accounts import ROLES, Account
from models.board import Board, BoardShare
from models.db import rows
from models.entity import CountedEntity, Entity
from realtime.wire.protocol import ShareUse

MAX_ENTITIES = 10_000  # on one board, from the contract
# slots above MAX_ENTITIES: the first ones for coordinators (see shares.toml), the rest for entities that a status change or an
# opening adds, which a full board must not refuse
RESERVED_ENTITIES = 1_000
NEARLY_FULL = 0.8  # fraction of MAX_ENTITIES at which the board's users are warned

_COORDINATORS = frozenset(ROLES[ROLES.index("coordinator") :])


class BoardLimits(NamedTuple):
    """Size limits of a locked board for the author of a command. `account`: None for the server."""

    session: Session
    board: Board
    account: Account | None
    token: str | None
    shares: BoardShares

    def has_room(self, reserved: bool = False) -> bool:
        """Return whether one more entity fits. `reserved`: whether a status change or an opening adds it. On a full board, one
        account can add at most twice its part of the reserve in this way."""
        if self.board.entities < MAX_ENTITIES:
            return True
        if reserved:
            return self.board.entities < MAX_ENTITIES + RESERVED_ENTITIES and self._reserved() < 2 * self.shares.reserve_account
        return self._is_coordinator and self.board.entities < MAX_ENTITIES + self.shares.reserve

    def take(self, row: Entity, reserved: bool = False) -> ShareUse | None:
        """Count an added entity, on the board and in the share of its author. Return that share if it is nearly used. Raises
        Refused `too_large` if the entity does not fit."""
        share = self._require_room(reserved)
        is_beyond = self.board.entities >= MAX_ENTITIES
        rows.set_columns(self.board, {"entities": self.board.entities + 1})
        if isinstance(row, CountedEntity) and self.account is not None:
            key = (self.board.id, self.account.id, self.token or "")
            unit_of_work.current(self.session).shares.change(key, 1, int(is_beyond))
            rows.set_columns(row, {"share_account": self.account.id, "share_token": self.token})
        return share

    def give_back(self, row: Entity) -> None:
        """Stop counting an entity that leaves the board."""
        shares = unit_of_work.current(self.session).shares
        rows.set_columns(self.board, {"entities": self.board.entities - 1})
        if isinstance(row, CountedEntity) and row.share_account is not None:
            shares.change((self.board.id, row.share_account, row.share_token or ""), -1, 0)
        if self.board.entities == MAX_ENTITIES - 1:
            shares.reset_reserved(self.board.id)

    def _require_room(self, reserved: bool) -> ShareUse | None:
        if not self.has_room(reserved):
            raise self._full()
        if reserved or self.account is None:
            return None
        if self.board.entities >= MAX_ENTITIES and self._reserved() >= self.shares.reserve_account:
            raise self._full()
        if self.board.entities < self.shares.warns_at(min(self.shares.account, self.shares.token)):
            return None  # no share can be nearly used
        return self._require_share()

    def _require_share(self) -> ShareUse | None:
        share = share_of(self._counts(), self.shares, self.token)
        if share["used"] >= share["most"]:
            raise self._used_up(share["used"])
        is_nearly_used = share["used"] + 1 >= self.shares.warns_at(share["most"])
        return ShareUse(used=share["used"] + 1, most=share["most"]) if is_nearly_used else None

    def _reserved(self) -> int:
        return sum(reserved for _, reserved in self._counts().values())

    def _counts(self) -> dict[str, tuple[int, int]]:
        """Return (entities, reserved) of the author on the board, by token."""
        if self.account is None:
            return {}
        return unit_of_work.current(self.session).share_counts(self.board.id, self.account.id)

    @property
    def _is_coordinator(self) -> bool:
        return self.account is not None and self.account.role in _COORDINATORS

    def _full(self) -> Refused:
        if self._is_coordinator:
            return Refused("too_large", N_("This board is full, and so is the reserve for coordinators. Make room first."))
        return Refused("too_large", sentences.BOARD_FULL)

    def _used_up(self, used: int) -> Refused:
        if self.token:
            sentence = N_(
                "{count} entries of this board were added with this token: its share is used up. Ask a coordinator to make room."
            )
        elif self._is_coordinator:
            sentence = N_("You added {count} entries of this board: your share is used up. Make room first.")
        else:
            sentence = N_("You added {count} entries of this board: your share is used up. Ask a coordinator to make room.")
        return Refused("too_large", message(sentence, count=used))


def share_of(counts: dict[str, tuple[int, int]], shares: BoardShares, token: str | None) -> ShareUse:
    """Return the share that has less left: either the token's own share (without a token, the account's own), or the share of the
    account with all its tokens."""
    separate = ShareUse(used=counts.get(token or "", (0, 0))[0], most=shares.token if token else shares.account)
    total = ShareUse(used=sum(entities for entities, _ in counts.values()), most=max(shares.account, shares.token))
    return min(separate, total, key=lambda share: share["most"] - share["used"])


def read_share(session: Session, board: str, account: str, token: str | None, shares: BoardShares) -> ShareUse:
    """Return the stored share of an account or one of its tokens."""
    rows = session.exec(select(BoardShare).where(BoardShare.board == board, BoardShare.account == account))
    return share_of({row.token: (row.entities, row.reserved) for row in rows}, shares, token)
