"""Publisher of the number of unread alerts, to each socket that requested it.

It polls the database, once for all viewers, because this process does not follow all boards, other processes also write, and
people read on other screens.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Executable, and_, bindparam, select, union_all
from sqlmodel import Session

from board.commands.alarms import alerts
from board.commands.alarms.alerts import AlarmSignals, Key, Unread
from board.engine import access
from board.engine.access import VisibilityView
from board.engine.event import EVENT, EVENTS, is_at
from board.engine.identity import Caller
from board.live.event_source import BoardSource
from board.telemetry.periodic import run_on_database
from models.alert import EVERYBODY, OWN_ACCOUNT, Alert, AlertSettings
from models.board import AUDIT, OPERATIONS, Board
from models.db.database import Database
from models.db.tables import columns_of, table_of
from models.ids import id_text
from models.search import Search
from models.times import now
from realtime.delivery.subscriber import Subscriber
from realtime.hub import Hub
from realtime.wire import protocol

INTERVAL_S = 1.0  # from the contract: at most once a second
BATCH_WAIT_S = 0.02  # collects requests, because after a restart a thousand clients send one
BATCH_SIZE = 100  # accounts whose alerts are read in one round
VIEWERS_PER_YIELD = 20  # viewers served before other tasks run
ALL_HEADS_S = 10.0  # interval for boards of archived searches, which are many after years
FULL_RECOUNT_S = 60.0  # interval for counting all alerts again, because they expire without an event

UnreadCount = tuple[int, Key | None, bool, AlarmSignals]

_B, _S, _A, _SETTINGS = columns_of(Board), columns_of(Search), columns_of(Alert), columns_of(AlertSettings)
_ALL_HEADS = select(_B.id, _B.seq)
_HEADS = _ALL_HEADS.where(_B.kind != AUDIT)
_HEADS_IN_USE = union_all(_ALL_HEADS.where(_B.kind == OPERATIONS), _ALL_HEADS.where(_S.id == _B.id, _S.archived_at.is_(None)))
_NEW = (
    select(_A.board, _A.seq, _A.at, _A.kind, _A.account, EVENT.entity, EVENT.account.label("actor"))
    .select_from(table_of(Board).join(table_of(Alert), and_(_A.board == _B.id, _A.seq > _B.seq - bindparam("span"))))
    .join(EVENTS, is_at(_B.number, _A.seq))
    .where(_B.id.in_(bindparam("boards")))
)
_VERSIONS = select(_SETTINGS.account, _SETTINGS.version)


@dataclass
class _AlertUser:
    """Cached alerts of an account with a socket. `count` is None if it must be counted again."""

    version: int
    kinds: frozenset[str]
    quiet: bool
    alarms: AlarmSignals
    unread: dict[Key, Unread]
    count: UnreadCount | None = None


class _NewAlert(NamedTuple):
    """New alert, with the entity and the author of its event."""

    board: str
    seq: int
    at: str
    kind: str
    account: str
    entity: str
    actor: str | None


class _Delta(NamedTuple):
    """Changes in one view of the database: board positions, new alerts, and accounts to cache again."""

    heads: dict[str, int]
    alerts: list[_NewAlert]
    users: dict[str, _AlertUser]
    view: VisibilityView


class UnreadCountPublisher:
    """Publisher of unread counts. It queries by board positions, not by viewer. A viewer's count includes only alerts that it may
    see now."""

    def __init__(self, database: Database, hub: Hub[Caller], source: BoardSource) -> None:
        self._database, self._hub, self._source = database, hub, source
        self._users: dict[str, _AlertUser] = {}
        self._heads: dict[str, int] = {}
        self._view: VisibilityView | None = None
        self._published: dict[Subscriber[Caller], tuple[UnreadCount, float]] = {}  # count and time of the last message
        self._counted_all = time.monotonic()
        self._read_all_heads_at = float("-inf")

    async def run(self) -> None:
        """Publish at a fixed interval, and soon after a viewer requests the count."""
        asked = self._hub.requested["alerts"]
        await run_on_database(self._publish_all, INTERVAL_S, "alerts refresh failed", wake=asked, pause_s=BATCH_WAIT_S)

    async def _publish_all(self) -> None:
        readers = {each: each.viewer.account.id for each in self._hub.connections if _gets_alerts(each)}
        ids = set(readers.values())
        self._published = {reader: published for reader, published in self._published.items() if reader in readers}
        self._users = {id: person for id, person in self._users.items() if id in ids}
        if not readers:
            self._heads = {}
            return
        arrived = [id for id in ids if id not in self._users]
        started = time.monotonic()
        every_head = not self._heads or started - self._read_all_heads_at >= ALL_HEADS_S
        query = _HEADS if every_head else _HEADS_IN_USE
        news = await self._database.read(partial(_read, self._users, self._heads, arrived[:BATCH_SIZE], now(), query))
        self._apply(news)
        if every_head:
            self._read_all_heads_at = started
        if len(arrived) > BATCH_SIZE:
            self._hub.requested["alerts"].set()  # the remaining accounts follow in the next run
        await self._source.ensure_fresh(news.view)
        for number, (reader, id) in enumerate(readers.items()):
            if id in self._users:
                self._publish(reader, self._users[id])
            if number % VIEWERS_PER_YIELD == 0:
                await asyncio.sleep(0)

    def _apply(self, news: _Delta) -> None:
        everything = news.view != self._view or time.monotonic() - self._counted_all > FULL_RECOUNT_S
        for each in news.alerts:
            if each.seq > self._heads.get(each.board, 0):
                for id in self._users if each.account == EVERYBODY else {each.account} & self._users.keys():
                    if id != each.actor:
                        alerts.add_reason(self._users[id].unread, (each.board, each.seq), each.at, each.kind, each.entity)
                        self._users[id].count = None
        if everything:
            self._counted_all = time.monotonic()
            for person in self._users.values():
                person.count = None
        self._users |= news.users
        self._heads |= news.heads
        self._view = news.view

    def _publish(self, reader: Subscriber[Caller], person: _AlertUser) -> None:
        """Send the count, within the viewer's current rights, if it has changed since the last frame."""
        published, at = self._published.get(reader, (None, float("-inf")))
        if time.monotonic() - at < INTERVAL_S:
            return
        if person.count is None or not self._can_see(reader, person, person.count[1]):
            person.count = self._count(reader, person)
        if person.count != published:
            reader.send(protocol.alerts(*person.count))
            self._published[reader] = person.count, time.monotonic()

    def _count(self, reader: Subscriber[Caller], person: _AlertUser) -> UnreadCount:
        since = alerts.retention_cutoff(now())
        found = [
            (each.at, key)
            for key, each in person.unread.items()
            if each.at > since and not each.kinds.isdisjoint(person.kinds) and self._can_see(reader, person, key)
        ]
        return len(found), max(found)[1] if found else None, person.quiet, person.alarms

    def _can_see(self, reader: Subscriber[Caller], person: _AlertUser, key: Key | None) -> bool:
        if key is None or key[0] == OWN_ACCOUNT:
            return True
        return key in person.unread and all(self._source.can_see(reader.viewer, id) for id in (key[0], person.unread[key].entity))


def _gets_alerts(reader: Subscriber[Caller]) -> bool:
    """Return whether a socket gets the count. A caller who is limited to some boards does not, because the alerts of its account
    also concern other boards."""
    return "alerts" in reader.asked_for and not reader.viewer.is_limited


def _read(
    people: dict[str, _AlertUser], known: dict[str, int], arrived: list[str], now: datetime, query: Executable, session: Session
) -> _Delta:
    connection = session.connection()
    heads: dict[str, int] = {row.id: row.seq for row in connection.execute(query)}
    boards = [board for board, seq in heads.items() if known and known.get(board, 0) != seq]
    span = max((heads[board] - known.get(board, 0) for board in boards), default=0)
    rows = connection.execute(_NEW, {"boards": boards, "span": span}).all() if boards else []
    new = [
        _NewAlert(row.board, row.seq, row.at, row.kind, row.account, id_text(row.entity), row.actor and id_text(row.actor))
        for row in rows
    ]
    versions: dict[str, int] = {row.account: row.version for row in connection.execute(_VERSIONS)}
    stale = [*arrived, *(id for id, person in people.items() if person.version != versions.get(id, 0))]
    unread = alerts.unread(session, stale, now)
    chosen = alerts.settings_of_many(session, stale)
    read = {
        id: _AlertUser(
            version=versions.get(id, 0),
            kinds=frozenset(alerts.enabled_kinds(chosen[id])),
            quiet=chosen[id].quiet,
            alarms=AlarmSignals(chosen[id].alarm_sound, chosen[id].alarm_desktop),
            unread=unread[id],
        )
        for id in stale
    }
    return _Delta(heads, new, read, access.visibility_view(session))
