"""Implements `realtime.source.EventSource`: loads events and snapshots, and decides what each viewer may see."""

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Any, TypeVar

import orjson
from sqlmodel import Session

from board.audit.read_line import ReadLine
from board.audit.reads import Reads
from board.audit.refusals import Refusals
from board.config.roles import Roles
from board.engine import access, journal, kinds, snapshot
from board.engine.access import RestrictedSearches, VisibilityView
from board.engine.event import JournalEvent
from board.engine.identity import Caller
from board.live import catch_up, display_filter, visibility
from board.live.kept_snapshots import KeptSnapshots
from models.board import AUDIT, OPERATIONS, Board
from models.db.database import Database, DatabaseUnavailable
from models.times import format_utc, now
from realtime.source import ChannelView, EventRecord, Position, Subject, TemporarilyUnavailable
from realtime.wire import protocol

T = TypeVar("T")

# events that may give or take access to a search, a tip or a report
SETS_RIGHTS = (
    "search.opened", "search.access_set", "search.appeal_set", "tip.placed", "tip.restored", "report.opened", "report.joined",
)  # fmt: skip
ERASED = ".erased"  # end of the types of events that record an erasure
ALL_VIEWERS = "everybody"  # audience key of all accounts that may see a search
UNRECORDED = object()  # stands for the record of a subscription that is served although it could not be recorded
LIMITED_VIEWERS = "limited"  # audience key of callers who are limited to some boards, and learn nothing about other boards


class BoardSource:
    """Event source of the hub. A viewer is a `Caller`, a channel is a board's id.

    `on_visibility_changed`: called with a predicate of the affected callers when another process has changed visibility.
    """

    def __init__(
        self, database: Database, sights: visibility.VisibilityCache, reads: Reads, refusals: Refusals, roles: Roles
    ) -> None:
        self._database, self._visibility, self._roles = database, sights, roles
        self._reads, self._refusals = reads, refusals
        self.facts = display_filter.DisplayFacts()
        self._snapshots = KeptSnapshots()
        self.on_visibility_changed: Callable[[Callable[[Caller], bool]], None] = lambda whose: None

    # -- rights -------------------------------------------------------------------------------------------------------

    async def ensure_fresh(self, view: VisibilityView) -> None:
        """Reload cached rights if they are older than `view`, which was read with the data to show. Another process may have
        changed rights, and its events may not have arrived. Raises DatabaseUnavailable if a reload fails."""
        if not self._visibility.is_at_least(view):
            await self.reload()

    async def reload(self) -> None:
        """Reload rights from the database. Raises DatabaseUnavailable if it can't be read."""
        before, after = await self._visibility.reload(self._database)
        self.facts.apply(await self._database.read(self.facts.read) if self.facts.wanted else None)
        changed = [search for search in before.keys() | after.keys() if before.get(search) != after.get(search)]
        for board in (*changed, OPERATIONS) if changed else ():
            self._snapshots.drop(board)  # the search may have been erased
        if changed:
            self.on_visibility_changed(
                lambda reader: any(_can_see(before, reader, search) != _can_see(after, reader, search) for search in changed)
            )

    async def drop_idle_snapshots(self) -> None:
        """Drop the snapshots that nobody has read since the last call, because erasures do not reach boards that nobody
        follows."""
        self._snapshots.age()

    @property
    def form(self) -> str:
        return kinds.form()

    @property
    def rights_version(self) -> int:
        return self._visibility.version

    def can_see(self, reader: Caller, channel: str) -> bool:
        if channel == AUDIT:  # nobody follows the audit board
            return False
        if reader.display is not None and channel not in reader.display.shows["boards"]:
            return False
        if not reader.may_reach(channel):
            return False
        if channel == OPERATIONS or reader.account.guest_of == channel or self.can_see_search(reader, channel):
            return True
        return self._visibility.has_emergency_access(reader, channel)

    def can_see_search(self, reader: Caller, search: str) -> bool:
        """Return whether `operations` shows this search to the viewer, who may still not follow its own board."""
        return self._visibility.can_see(reader.visibility_key, search)

    def hidden_searches(self, reader: Caller) -> frozenset[str]:
        """Return the searches that `operations` does not show to the viewer."""
        return self._visibility.hidden_from(reader.visibility_key)

    def gets_broadcasts(self, reader: Caller) -> bool:
        """Return whether the viewer gets messages that concern all searches. A caller who is limited to some boards does not."""
        return not reader.is_limited

    def can_resume(self, reader: Caller, opening: ChannelView, seq: int) -> bool:
        return opening.access_changes.get(reader.visibility_key, 0) <= seq

    def visibility_key(self, reader: Caller, channel: str) -> Hashable:
        if reader.is_limited:
            return LIMITED_VIEWERS, self._hidden_kinds(reader)
        hidden = self._visibility.hidden_from(reader.visibility_key) if channel == OPERATIONS else self._hidden_kinds(reader)
        return hidden if reader.display is None else (reader.display.profile, self.facts.version, hidden)

    def drop_erased(self, channel: str, records: Iterable[EventRecord]) -> bool:
        is_erased = any(record.subject.type.endswith(ERASED) for record in records)
        if is_erased:
            self._snapshots.drop(channel)
        return is_erased

    def changes_rights(self, record: EventRecord) -> bool:
        return record.subject.type in SETS_RIGHTS

    # -- reading ------------------------------------------------------------------------------------------------------

    async def read_channel(self, channel: str, asked: Collection[Position | None]) -> ChannelView | None:
        at, known = format_utc(now()), self._snapshots.get(channel)
        if known is not None and all(position in (None, (known.epoch, known.seq)) for position in asked):
            view = await self._read(lambda session: catch_up.unchanged(session, channel, known, at))
            if view is not None:
                return view
        view = await self._read(lambda session: catch_up.open_board(session, channel, asked, at), heavy=True)
        self._snapshots.keep(channel, view)
        return view

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        epoch, seq = position

        def read(session: Session) -> list[JournalEvent] | None:
            board = session.get(Board, channel)
            return (
                catch_up.trim_to_command(journal.events_after(session, channel, seq))
                if board is not None and board.epoch == epoch
                else None
            )

        found = await self._read(read)
        if found is None:
            raise TemporarilyUnavailable
        return [catch_up.record(each) for each in found]

    async def _read(self, fn: Callable[[Session], T], heavy: bool = False) -> T:
        """Run a read, then ensure that the cached rights are as new as its data. Raises TemporarilyUnavailable if the database
        can't be read."""

        def look(session: Session) -> tuple[T, VisibilityView, display_filter.FactsRead | None]:
            return fn(session), access.visibility_view(session), self.facts.read(session)

        try:
            result, view, facts = await (self._database.read_heavy(look) if heavy else self._database.read(look))
            self.facts.apply(facts)
            await self.ensure_fresh(view)
            return result
        except DatabaseUnavailable as error:
            if error.is_program_error:
                raise
            raise TemporarilyUnavailable from error

    async def heads(self, channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        boards = list(channels)
        try:
            return format_utc(now()), await self._database.read(lambda session: journal.heads(session, boards))
        except DatabaseUnavailable as error:
            raise TemporarilyUnavailable from error

    # -- recording ----------------------------------------------------------------------------------------------------

    async def on_opened(self, reader: Caller, channel: str) -> object:
        try:
            return await self._reads.follow(reader, channel) or UNRECORDED
        except DatabaseUnavailable as error:
            if error.is_program_error:
                raise
            raise TemporarilyUnavailable from error

    def on_closed(self, opened: object) -> None:
        if isinstance(opened, ReadLine):
            self._reads.end(opened)

    def on_refused(self, reader: Caller, channel: str) -> None:
        self._refusals.subscription(reader, channel)

    def _hidden_kinds(self, reader: Caller) -> tuple[str, ...]:
        return access.hidden_kinds(reader, self._roles)

    # -- showing ------------------------------------------------------------------------------------------------------

    def has_cards(self, channel: str) -> bool:
        return channel != OPERATIONS

    def audience_key(self, reader: Caller, channel: str) -> Hashable:
        if reader.display is not None:
            return self.visibility_key(reader, channel)  # displays share one visibility, so the same events change it for all
        if reader.is_limited:
            return LIMITED_VIEWERS, self._hidden_kinds(reader)
        if channel == OPERATIONS:
            return self._visibility.audience_key(reader.visibility_key)
        return ALL_VIEWERS, self._hidden_kinds(reader)

    def entities(self, reader: Caller, channel: str, opening: ChannelView) -> Iterable[bytes]:
        hidden = self._visibility.hidden_from(reader.visibility_key) if channel == OPERATIONS else frozenset()
        seen = [encoded for entity, encoded in opening.entities or () if entity not in hidden]
        if reader.display is not None:
            return display_filter.filter_entities(seen, channel, reader.display.profile, self.facts)
        hidden_kinds = self._hidden_kinds(reader)
        return snapshot.without_kinds(seen, hidden_kinds) if hidden_kinds else seen

    def render(self, reader: Caller, channel: str, record: EventRecord, live: bool) -> bytes:
        about = record.subject
        if about.kind in self._hidden_kinds(reader):
            return protocol.hidden(record.seq)
        if channel != OPERATIONS or self._visibility.can_see(reader.visibility_key, about.entity):
            if reader.display is not None:
                return display_filter.filter_event(record.wire, channel, reader.display.profile, self.facts)
            return record.wire
        # a handover, which has the search's id, is written again right after its access was set
        if live and self._visibility.lost_access_at(reader.visibility_key, about.entity, record.seq - (about.kind == "handed")):
            return protocol.hidden_entity(record.seq, about.kind, about.entity)
        return protocol.hidden(record.seq)

    def history_renderer(self, reader: Caller, channel: str) -> Callable[[EventRecord], bytes]:
        hidden = self._visibility.hidden_from(reader.visibility_key) if channel == OPERATIONS else frozenset()
        hidden_kinds = self._hidden_kinds(reader)

        def show(record: EventRecord) -> bytes:
            if record.subject.entity in hidden or record.subject.kind in hidden_kinds:
                return protocol.hidden(record.seq)
            if reader.display is not None:
                return display_filter.filter_event(record.wire, channel, reader.display.profile, self.facts)
            return record.wire

        return show

    def decode_record(self, channel: str, wire: bytes) -> EventRecord:
        event_json: dict[str, Any] = orjson.loads(wire)
        actor, command = event_json["actor"], event_json["command"]
        group = (actor["id"] if actor else None, command) if command else None
        return EventRecord(event_json["seq"], wire, group, Subject(event_json["kind"], event_json["id"], event_json["type"]))


def _can_see(members: RestrictedSearches, reader: Caller, search: str) -> bool:
    return search not in members or access.is_in_audience(reader.visibility_key, members[search])
