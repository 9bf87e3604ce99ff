"""Visibility cache: which searches an account may see, shared by all sockets of this process."""

import asyncio
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from sqlmodel import Session, select

from board.engine.access import RestrictedSearches, VisibilityView, audience, is_in_audience, restricted_searches
from board.engine.emergency_access import Openings, current_openings, has_emergency_access
from board.engine.identity import Caller
from models.board import OPERATIONS, Board, VisibilityChange
from models.db.database import Database
from realtime.source import Position


@dataclass(slots=True)
class VisibilityCache:
    """Cached access of searches, used when events are shown. It is loaded from the database, and updated by events of this
    process. Each value belongs to a seq on `operations`; the newest counts. `openings`: emergency access, which ends at a given
    time."""

    restricted: dict[str, frozenset[str]] = field(default_factory=dict)
    changed: dict[tuple[str, str], int] = field(default_factory=dict)  # seq on `operations`, by (search, account)
    at: Position = ("", 0)  # position on `operations` of the last reload
    version: int = 0  # changes with `restricted` and `changed`
    openings: Openings = field(default_factory=dict)
    _applied: dict[str, int] = field(default_factory=dict)  # seq of the last event since the reload, by search
    _reloads: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reload(self, database: Database) -> tuple[RestrictedSearches, RestrictedSearches]:
        """Reload everything from the database; return the restricted searches before and after. Raises DatabaseUnavailable if it
        can't be read.

        Reloads run in turn, because otherwise an older view could be applied last. A caller that waited while another reload
        began and ended uses the result of that reload, and gets no change.
        """
        enough = self._reloads + self._lock.locked() + 1
        async with self._lock:
            if self._reloads >= enough:
                return self.restricted, self.restricted
            read = await database.read(_load)
            before = dict(self.restricted)
            self._apply_reload(*read)
            self._reloads += 1
            return before, dict(self.restricted)

    def _apply_reload(
        self, at: Position, members: RestrictedSearches, changed: dict[tuple[str, str], int], openings: Openings
    ) -> None:
        """Replace the cache with the result of a reload, except for events that were applied while it ran."""
        self._applied = {search: seq for search, seq in self._applied.items() if at[0] == self.at[0] and seq > at[1]}
        ours = {search: self.restricted[search] for search in self._applied if search in self.restricted}
        theirs = {search: those for search, those in members.items() if search not in self._applied}
        changed |= {key: seq for key, seq in self.changed.items() if key[0] in self._applied}
        if (self.restricted, self.changed, self.openings) != (theirs | ours, changed, openings):
            self.version += 1
        self.restricted, self.changed, self.openings = theirs | ours, changed, openings
        self.at = at

    def apply_event(
        self, search: str, access: str, members: Iterable[str], changed: Iterable[str], at: Position, discreet: bool = False
    ) -> None:
        """Record that a search was opened, or its access or appeal was set, at a position on `operations`."""
        epoch, seq = at
        if epoch != self.at[0]:  # another epoch: the cache is void, and will be reloaded
            self.at, self._applied = (epoch, 0), {}
        if seq <= max(self.at[1], self._applied.get(search, 0)):
            return  # the cache contains this event or a newer one, perhaps from another process
        self._applied[search] = seq
        self.version += 1
        if (seen_by := audience(access, members, discreet)) is not None:
            self.restricted[search] = seen_by
        else:
            self.restricted.pop(search, None)
        self.changed.update({(search, account): seq for account in changed})

    def is_at_least(self, view: VisibilityView) -> bool:
        """Return whether the cache is as new as this view and equal to it. Equality alone is not enough: after a right was
        granted and withdrawn, rights are equal again, but a reload that read the rights in between may still be running."""
        is_equal = self.restricted == view.restricted and view.openings.items() <= self.openings.items()
        return self.at[0] == view.at[0] and self.at[1] >= view.at[1] and is_equal

    def end_openings(self, at: str) -> bool:
        """Drop the openings that have ended by a time; return whether there were any."""
        ended = [key for key, until in self.openings.items() if until <= at]
        for key in ended:
            del self.openings[key]
        self.version += bool(ended)
        return bool(ended)

    def has_emergency_access(self, caller: Caller, search: str) -> bool:
        return has_emergency_access(self.openings, caller, search)

    def can_see(self, account: str, search: str) -> bool:
        members = self.restricted.get(search)
        return members is None or is_in_audience(account, members)

    def hidden_from(self, account: str) -> frozenset[str]:
        """Return the searches that this account may not see."""
        return frozenset(search for search, members in self.restricted.items() if not is_in_audience(account, members))

    def audience_key(self, account: str) -> Hashable:
        """Return the key of an account's audience: accounts with equal keys see the same part of each event of `operations`. It
        contains the searches that are hidden from the account, with the seq of the event that hid each."""
        return frozenset((search, self.changed.get((search, account))) for search in self.hidden_from(account))

    def lost_access_at(self, account: str, search: str, seq: int) -> bool:
        """Return whether the event `seq` of `operations` ended the account's access to the search."""
        return not self.can_see(account, search) and self.changed.get((search, account)) == seq


def _load(session: Session) -> tuple[Position, RestrictedSearches, dict[tuple[str, str], int], Openings]:
    """Return the position of `operations`, the restricted searches, the seq of each last visibility change, and the openings for
    emergency access."""
    operations = session.get(Board, OPERATIONS)
    assert operations is not None
    rows = session.exec(select(VisibilityChange).where(VisibilityChange.board == OPERATIONS))
    changes = {(row.search, row.account): row.seq for row in rows}
    return (operations.epoch, operations.seq), restricted_searches(session), changes, current_openings(session)
