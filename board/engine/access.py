"""Who may see what: the only way to get a board. Refused by not finding.

A search with access `desk` is seen by everyone who is signed in, one with `members` by its members alone, whatever their
role. Displays (all of them alike) see those of the desk whose appeal is not discreet. Rights are those of now, for all history.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, text, true
from sqlmodel import Session, select

from board.engine import unit_of_work
from board.errors import Refused
from models.accounts import Account
from models.board import AUDIT, OPERATIONS, Board, Sight
from models.database import Database
from models.display import WALL
from models.search import Search
from realtime.source import Position

if TYPE_CHECKING:
    from board.engine.identity import Caller
    from board.service import Desk

Members = dict[str, frozenset[str]]  # who sees each search that is not for all: its members, or the desk without its displays
DESK = "desk"  # among these: everybody at the desk, but no display

_CHANGES_AFTER = text("SELECT account, max(seq) AS seq FROM sight WHERE board = :board AND seq > :seq GROUP BY account")
_LAST_CHANGE_OF_ALL = text("SELECT epoch, (SELECT max(seq) FROM sight WHERE board = :board) FROM board WHERE id = :board")
_LAST_CHANGE = text("SELECT max(seq) FROM sight WHERE board = :board AND account = :account")


def members_only(session: Session) -> Members:
    """Who sees each search that is not for all."""
    not_for_all = or_(Search.access == "members", Search.discreet == true())  # type: ignore[arg-type]
    rows = session.exec(select(Search.id, Search.access, Search.members, Search.discreet).where(not_for_all))
    found = {id: circle(access, members, discreet) for id, access, members, discreet in rows}
    return {id: members for id, members in found.items() if members is not None}


def circle(access: str, members: Iterable[str], discreet: bool) -> frozenset[str] | None:
    """Who sees a search; None where all do."""
    if access == "members":
        return frozenset(members)
    return frozenset({DESK}) if discreet else None


def among(who: str, members: frozenset[str]) -> bool:
    """Whether an account, or displays, are among those who see a search that is not for all."""
    return who in members or (DESK in members and who != WALL)


class AsOf(NamedTuple):
    """Who may see what in one view of the database; `at` is where on `operations` anybody's sight changed last."""

    members: Members
    at: Position


def as_of(session: Session) -> AsOf:
    """Rights in this view of the database."""
    epoch, seq = session.connection().execute(_LAST_CHANGE_OF_ALL, {"board": OPERATIONS}).one()
    return AsOf(members_only(session), (epoch, seq or 0))


def board_for(session: Session, account: str, board_id: str) -> Board:
    """The board, if this account may see it. Raises Refused `not_found`; of the audit board to everybody, see `audit_board`."""
    board = session.get(Board, board_id)
    if board is None or not _sees_board(account, board, session.get(Search, board_id) if board.kind == "search" else None):
        raise Refused("not_found")
    return board


def board_to_write(session: Session, account: str, board_id: str) -> Board:
    """The same, its row locked until the transaction ends. Not that of the audit board, which is locked after all others."""
    board = unit_of_work.locked(session, board_id) if board_id != AUDIT else None
    if board is None or not _sees_board(
        account, board, unit_of_work.row(session, Search, board_id) if board.kind == "search" else None
    ):
        raise Refused("not_found")
    return board


def audit_board(session: Session, account: Account) -> Board:
    """The audit board, of which nobody but administrators knows anything. Raises Refused `not_found`."""
    board = session.get(Board, AUDIT) if account.role == "admin" else None
    if board is None:
        raise Refused("not_found")
    return board


def _sees_board(account: str, board: Board, search: Search | None) -> bool:
    return board.id == OPERATIONS or (search is not None and sees(account, search.access, search.members))


def sees(account: str, access: str, members: Iterable[str]) -> bool:
    """Whether a person does."""
    return access == "desk" or account in members


def is_on_walls(search: Search) -> bool:
    """Whether displays see a search."""
    return circle(search.access, search.members, search.discreet) is None


def last_change(session: Session, account: str, board: str) -> int:
    """The seq at which this account's sight on the board last changed, 0 if never. On `operations`: its sight of any search."""
    return int(session.connection().execute(_LAST_CHANGE, {"board": board, "account": account}).scalar() or 0)


def changes_after(session: Session, board: str, seq: int) -> dict[str, int]:
    """The same of every account whose sight changed after a seq."""
    rows = session.connection().execute(_CHANGES_AFTER, {"board": board, "seq": seq})
    return {row.account: row.seq for row in rows}


def record_change(session: Session, search: Search, accounts: Iterable[str]) -> None:
    """Notes that these accounts gained or lost sight of a search by the events that were just written."""
    for account in accounts:
        for board, subject, seq in ((search.id, search.id, search.seq), (OPERATIONS, search.id, search.operations_seq)):
            session.merge(Sight(board=board, search=subject, account=account, seq=seq))


@dataclass(slots=True)
class Sights:
    """What this process knows of rights, for the moment at which events are shown: read from the database, and learned from
    the events of this process. Each is as of a seq on `operations`; of what is known of a search the newest stands."""

    members: dict[str, frozenset[str]] = field(default_factory=dict)
    changed: dict[tuple[str, str], int] = field(default_factory=dict)  # (search, account): seq on `operations`
    at: Position = ("", 0)  # on `operations`, as of which all of it was read
    _learned: dict[str, int] = field(default_factory=dict)  # of searches that were set since: the seq
    _readings: int = 0
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reload(self, database: Database) -> tuple[Members, Members]:
        """Knows all of it as the database has it after this call; the members before and after a reading. Raises Unavailable.

        One reading after the other: two at a time could end in the wrong order, the older view last. Who waits while another
        begins and ends is served by it: to them nothing changed.
        """
        enough = self._readings + self._one.locked() + 1
        async with self._one:
            if self._readings >= enough:
                return self.members, self.members
            read = await database.read(_everything)
            before = dict(self.members)
            self._take(*read)
            self._readings += 1
            return before, dict(self.members)

    def _take(self, at: Position, members: Members, changed: dict[tuple[str, str], int]) -> None:
        """A reading; what was learned while it was under way stands."""
        self._learned = {search: seq for search, seq in self._learned.items() if at[0] == self.at[0] and seq > at[1]}
        ours = {search: self.members[search] for search in self._learned if search in self.members}
        theirs = {search: those for search, those in members.items() if search not in self._learned}
        self.members = theirs | ours
        self.changed = changed | {key: seq for key, seq in self.changed.items() if key[0] in self._learned}
        self.at = at

    def learn(
        self, search: str, access: str, members: Iterable[str], changed: Iterable[str], at: Position, discreet: bool = False
    ) -> None:
        """A search was opened, or its access or appeal was set, at a position on `operations`."""
        epoch, seq = at
        if epoch != self.at[0]:  # another life: what is known says nothing of it, and will be read anew
            self.at, self._learned = (epoch, 0), {}
        if seq <= max(self.at[1], self._learned.get(search, 0)):
            return  # what is known is newer, or this very event: another process may have set it anew since
        self._learned[search] = seq
        if (seen_by := circle(access, members, discreet)) is not None:
            self.members[search] = seen_by
        else:
            self.members.pop(search, None)
        self.changed.update({(search, account): seq for account in changed})

    def agrees(self, view: AsOf) -> bool:
        """Whether what is known is as new as this view, and the same. (The same alone would not do: rights that were taken
        back are as they were, and a reading of what was between may be under way.)"""
        return self.at[0] == view.at[0] and self.at[1] >= view.at[1] and self.members == view.members

    def may_see(self, account: str, search: str) -> bool:
        members = self.members.get(search)
        return members is None or among(account, members)

    def hidden_from(self, account: str) -> frozenset[str]:
        """The searches that this account may not see."""
        return frozenset(search for search, members in self.members.items() if not among(account, members))

    def lost_at(self, account: str, search: str, seq: int) -> bool:
        """Whether this account lost sight of the search by the event `seq` of `operations`."""
        return not self.may_see(account, search) and self.changed.get((search, account)) == seq


async def may_see(desk: "Desk", caller: "Caller", board_id: str) -> bool:
    """Whether a page of this board is there for the caller. Raises Unavailable."""

    def look(session: Session) -> bool:
        try:
            board_for(session, caller.account.id, board_id)
        except Refused:
            return False
        return True

    return await desk.database.read(look)


def _everything(session: Session) -> tuple[Position, Members, dict[tuple[str, str], int]]:
    """Where `operations` stands, the members of searches, and where each sight of a search changed last."""
    operations = session.get(Board, OPERATIONS)
    assert operations is not None
    rows = session.exec(select(Sight).where(Sight.board == OPERATIONS))
    return (operations.epoch, operations.seq), members_only(session), {(row.search, row.account): row.seq for row in rows}
