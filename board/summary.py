"""What the cards of the operations board tell of each search: counted from its rows, not kept in the journal."""

import asyncio
import time
from typing import Any

import structlog
from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.access import Sights
from models.board import OPERATIONS
from models.database import Database, Unavailable
from models.times import now, stamp
from realtime import protocol
from realtime.channel import Subscription
from realtime.hub import Hub

log = structlog.get_logger()

EVERY_S = 1.0  # at most once a second, says the contract
ALL_S = 15.0  # how often everything is counted anew: tasks become overdue without an event

Summary = dict[str, Any]


class Summaries:
    """Tells each reader of `operations` the counts of all searches that it may see, then those that changed."""

    def __init__(self, database: Database, hub: Hub, sights: Sights) -> None:
        self._database, self._hub, self._sights = database, hub, sights
        self._known: dict[str, Summary] = {}
        self._changed: set[str] = set()
        self._told: dict[Subscription, dict[str, Summary]] = {}
        self._counted_all = float("-inf")

    def changed(self, board: str) -> None:
        """Something happened on a board."""
        if board != OPERATIONS:
            self._changed.add(board)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self._round()
            except Unavailable:
                log.warning("summaries can't be read")

    async def _round(self) -> None:
        channel = self._hub.channels.get(OPERATIONS)
        readers = [each for each in channel.subscriptions.values() if each.live] if channel else []
        self._told = {reader: self._told.get(reader, {}) for reader in readers}
        if not readers:
            return
        everything = time.monotonic() - self._counted_all > ALL_S
        boards, self._changed = (None if everything else sorted(self._changed)), set()
        if everything or boards:
            at = stamp(now())
            counted = await self._database.read(lambda session: count(session, boards, at))
            self._known = counted if everything else self._known | counted
            self._counted_all = time.monotonic() if everything else self._counted_all
        known = {search: summary | {"people": self._people(search)} for search, summary in self._known.items()}
        for reader in readers:
            self._tell(reader, known)

    def _people(self, search: str) -> int:
        channel = self._hub.channels.get(search)
        return len(channel.crowd) if channel else 0

    def _tell(self, reader: Subscription, known: dict[str, Summary]) -> None:
        """What differs from what this reader was told since it subscribed; what it may not see any more is forgotten."""
        account = reader.connection.reader.account.id
        seen = {search: summary for search, summary in known.items() if self._sights.may_see(account, search)}
        told = self._told[reader]
        new = {search: summary for search, summary in seen.items() if told.get(search) != summary}
        if new or not told:
            reader.connection.send(protocol.summary(OPERATIONS, new), OPERATIONS)
        self._told[reader] = seen


def count(session: Session, boards: list[str] | None, at: str) -> dict[str, Summary]:
    """The summary of each of these searches (None: of all), with tasks overdue at a time; `people` is the hub's to say."""
    where = "" if boards is None else "AND b.id IN :boards"
    query = text(_COUNT + where)
    if boards is not None:
        query = query.bindparams(bindparam("boards", expanding=True))
    rows = session.connection().execute(query, {"at": at} | ({"boards": boards} if boards is not None else {}))
    return {
        row.id: {
            "unassessed_sightings": row.unassessed,
            "open_tasks": row.open,
            "overdue_tasks": row.overdue,
            "people": 0,
            "last": {"seq": row.seq, "at": row.at, "type": row.last_type},
        }
        for row in rows
    }


_OPEN = """SELECT count(*) FROM task t JOIN "column" c ON c.id = t."column"
    WHERE t.board = b.id AND NOT t.withdrawn AND c.role <> 'done'"""
_COUNT = f"""
    SELECT b.id, b.seq, b.at, b.last_type,
        (SELECT count(*) FROM sighting s WHERE s.board = b.id AND NOT s.withdrawn AND s.assessment = 'unassessed') AS unassessed,
        ({_OPEN}) AS open,
        ({_OPEN} AND t.due < :at) AS overdue
    FROM board b WHERE b.kind = 'search' """  # noqa: S608  (no value is pasted in)
