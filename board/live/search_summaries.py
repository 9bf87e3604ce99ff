"""Summaries on the cards of the operations board, counted from each search's rows; the journal does not have them."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, text
from sqlmodel import Session, select

from board.commands.suggested_criteria import suggested
from board.engine import access, significant_events
from board.engine.access import VisibilityView
from board.engine.identity import Caller
from board.live.event_source import BoardSource
from board.telemetry.periodic import run_on_database
from models.board import OPERATIONS
from models.db.database import Database
from models.display import PROFILES
from models.search import Search
from models.times import format_utc, now
from realtime import protocol
from realtime.channel import Subscription
from realtime.hub import Hub

INTERVAL_S = 1.0  # from the contract: at most once a second
BATCH_SIZE = 500  # searches in a query
SEARCHES_PER_FRAME = 200  # keeps a frame far below its limit of 1 MiB
VIEWERS_PER_YIELD = 20  # viewers served before other tasks run
MAX_PRESENT = 10  # people named per search; `people` counts all
FULL_RECOUNT_S = 15.0  # tasks become overdue without an event

Summary = dict[str, Any]
INNER_SIGHTING = ("seen_at", "place")  # of a credible sighting, for displays in inner rooms; the place as text
COUNTS = ("unassessed_sightings", "open_tasks", "overdue_tasks")


class SummaryPublisher:
    """Publisher of search summaries: first all that a viewer may see, then changes. A display also gets those of the searches
    it follows. Changes are found in the database, as this process does not follow all boards and others write too."""

    def __init__(self, database: Database, hub: Hub[Caller], source: BoardSource) -> None:
        self._database, self._hub, self._source = database, hub, source
        self._summaries: dict[str, Summary] = {}
        self._published: dict[Subscription[Caller], dict[str, Summary]] = {}
        self._counted_all = float("-inf")
        self._significant, self._suggestions = LastSignificantEvents(), Suggestions()

    async def run(self) -> None:
        """Publish at a fixed interval."""
        await run_on_database(self._publish_all, INTERVAL_S, "summaries refresh failed")

    async def _publish_all(self) -> None:
        readers = self._viewers()
        self._published = {reader: self._published.get(reader, {}) for reader in readers}
        if not readers:
            return
        has_displays = any(reader.connection.display is not None for reader in readers)
        everything = time.monotonic() - self._counted_all > FULL_RECOUNT_S
        at, known = format_utc(now()), {} if everything else self._summaries

        def read(session: Session) -> tuple[dict[str, Summary], VisibilityView]:
            counted = _counted_since(session, known, at)
            heads = {id: summary["last"]["seq"] for id, summary in (self._summaries | counted).items()}
            self._suggestions.read(session, heads)
            if has_displays:
                self._significant.read(session, heads)
            return counted, access.visibility_view(session)

        counted, view = await self._database.read(read)
        await self._source.ensure_fresh(view)
        self._summaries = known | counted
        self._counted_all = time.monotonic() if everything else self._counted_all
        shown = {
            search: summary
            | {"people": self._hub.presence.count(search), "present": self._hub.presence.people(search, MAX_PRESENT)}
            | {"suggested": self._suggestions.criteria_of(search)}
            for search, summary in self._summaries.items()
        }
        on_walls = {
            profile: {
                search: self._significant.for_displays(search, summary, profile) for search, summary in self._summaries.items()
            }
            for profile in (PROFILES if has_displays else ())
        }
        for number, reader in enumerate(self._viewers()):
            display = reader.connection.viewer.display
            if reader in self._published:
                self._publish(reader, shown if display is None else on_walls.get(display.profile, {}))
            if number % VIEWERS_PER_YIELD == 0:
                await asyncio.sleep(0)

    def _viewers(self) -> list[Subscription[Caller]]:
        reading = [(name, each) for name, channel in self._hub.channels.items() for each in channel.subscriptions.values()]
        return [each for name, each in reading if each.live and (name == OPERATIONS or each.connection.display is not None)]

    def _publish(self, reader: Subscription[Caller], known: dict[str, Summary]) -> None:
        """Send what changed since this viewer subscribed, and forget searches that it may no longer see."""
        sees, caller, board = self._source.can_see_search, reader.connection.viewer, reader.channel.name
        asked = known if board == OPERATIONS else {board: known[board]} if board in known else {}
        seen = {search: summary for search, summary in asked.items() if sees(caller, search)}
        published = self._published[reader]
        new = {search: summary for search, summary in seen.items() if published.get(search) != summary}
        ids = list(new)
        for start in range(0, len(ids) or (0 if published else 1), SEARCHES_PER_FRAME):
            part = {id: new[id] for id in ids[start : start + SEARCHES_PER_FRAME]}
            reader.connection.send(protocol.summary(board, part), board)
        self._published[reader] = seen


class Suggestions:
    """Criteria suggested by the facts of each search. A search is read again only after it changed."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}  # by search: the seq that was read
        self._found: dict[str, list[str]] = {}

    def read(self, session: Session, heads: Mapping[str, int]) -> None:
        """Read the searches whose seq differs from `heads`."""
        behind = [board for board, seq in heads.items() if self._read.get(board) != seq]
        for start in range(0, len(behind), BATCH_SIZE):
            query = select(Search.id, Search.person, Search.missing_since, Search.criteria)
            for id, *facts in session.exec(query.where(Search.id.in_(behind[start : start + BATCH_SIZE]))):  # type: ignore[attr-defined]
                self._found[id] = suggested(dict(zip(("person", "missing_since", "criteria"), facts, strict=True)))
        self._read |= {board: heads[board] for board in behind}

    def criteria_of(self, search: str) -> list[str]:
        return self._found.get(search, [])


class LastSignificantEvents:
    """Last significant event of each search, for displays, which get no others. Each event is read once. A new goal is left
    out: rooms where it may be read show the goal itself, and the last sighting matters more."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}  # by search: the seq up to which events were read
        self._last: dict[str, dict[str, Any]] = {}

    def read(self, session: Session, heads: Mapping[str, int]) -> None:
        """Read further, at least up to `heads`."""
        behind = {board: self._read.get(board, 0) for board, seq in heads.items() if self._read.get(board, -1) != seq}
        for board, events in significant_events.significant_events_after(session, behind).items():
            shown = [event for event in events if event.type != "search.goal_set"]
            if not shown:
                continue
            last = shown[-1]
            payload = last.payload()
            value = payload["state"]["assessment"] if last.type == "sighting.assessed" else None
            entry = {"seq": last.seq, "at": last.at, "type": last.type, "assessment": value}
            self._last[board] = entry | ({"clock": payload["clock"]} if "clock" in payload else {})
        self._read |= {board: heads[board] for board in behind}

    def for_displays(self, search: str, summary: Summary, profile: str) -> Summary:
        """Return a summary for displays with a profile: counts without people. In inner rooms it also says where and when the
        child was last seen by a credible sighting."""
        shown = {name: summary[name] for name in COUNTS} | {"last": self._last.get(search)}
        credible = summary["credible_sighting"]
        inner = {"credible_sighting": credible and {name: credible[name] for name in INNER_SIGHTING}}
        return shown | (inner if profile == PROFILES[1] else {})


def _counted_since(session: Session, known: dict[str, Summary], at: str) -> dict[str, Summary]:
    """Return the summaries of searches whose seq differs from `known`."""
    seqs = session.connection().execute(text("SELECT id, seq FROM board WHERE kind = 'search'"))
    changed = [id for id, seq in seqs if id not in known or known[id]["last"]["seq"] != seq]
    return count(session, changed if known else None, at) if changed else {}


def count(session: Session, boards: list[str] | None, at: str) -> dict[str, Summary]:
    """Return the summaries of these searches (None: all), with tasks overdue at `at`. `people` and `present` are filled in
    later, from the hub."""
    rows = _rows(session, _COUNT, boards, at)
    first = {name: {row.board: shown(row) for row in _rows(session, query, boards, at)} for name, (query, shown) in FIRST.items()}
    return {
        row.id: {
            "unassessed_sightings": row.unassessed,
            "open_tasks": row.open,
            "overdue_tasks": row.overdue,
            "people": 0,
            "last": {"seq": row.seq, "at": row.at, "type": row.last_type},
            **{name: found.get(row.id) for name, found in first.items()},
        }
        for row in rows
    }


def _rows(session: Session, statement: str, boards: list[str] | None, at: str) -> Sequence[Row[Any]]:
    """Run a query with the condition that the boards are these (None: all)."""
    query = text(statement + ("" if boards is None else "AND b.id IN :boards"))
    if boards is not None:
        query = query.bindparams(bindparam("boards", expanding=True))
    values = {"at": at} if ":at" in statement else {}
    return session.connection().execute(query, values | ({"boards": boards} if boards is not None else {})).all()


def _task(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "number": row.number, "title": row.title, "due": row.due}


def _sighting(row: Row[Any]) -> dict[str, Any]:
    place = json.loads(row.place) if isinstance(row.place, str) else row.place
    return {
        "id": row.id,
        "number": row.number,
        "seen_at": row.seen_at,
        "received_at": row.received_at or row.recorded_at,
        "place": (place or {}).get("text"),
    }


def _unassessed(row: Row[Any]) -> dict[str, Any]:
    return _sighting(row) | {"priority": row.priority}


_OPEN = """SELECT count(*) FROM task t JOIN "column" c ON c.id = t."column"
    WHERE t.board = b.id AND NOT t.withdrawn AND c.role <> 'done'"""
_COUNT = f"""
    SELECT b.id, b.seq, b.at, b.last_type,
        (SELECT count(*) FROM sighting s WHERE s.board = b.id AND NOT s.withdrawn AND s.assessment = 'unassessed') AS unassessed,
        ({_OPEN}) AS open,
        ({_OPEN} AND t.due < :at) AS overdue
    FROM board b WHERE b.kind = 'search' """  # noqa: S608  (no value is pasted in)

_DUE = f"""
    SELECT b.id AS board, found.id, found.number, found.title, found.due
    FROM board b JOIN search ON search.id = b.id AND search.status = 'open'
    JOIN task found ON found.id = ({_OPEN.replace("count(*)", "t.id")} AND t.due %s :at ORDER BY t.due, t.id LIMIT 1)
    WHERE b.kind = 'search' """  # noqa: S608
_SIGHTING = """
    SELECT b.id AS board, found.id, found.number, found.seen_at, found.received_at, found.recorded_at, found.place, found.priority
    FROM board b JOIN search ON search.id = b.id AND search.status = 'open'
    JOIN sighting found ON found.id = (SELECT s.id FROM sighting s
        WHERE s.board = b.id AND NOT s.withdrawn AND s.assessment %s LIMIT 1)
    WHERE b.kind = 'search' """
# One card per open search that needs somebody first, by its name in the summary.
FIRST: Mapping[str, tuple[str, Callable[[Row[Any]], dict[str, Any]]]] = {
    "overdue_task": (_DUE % "<", _task),
    "next_task": (_DUE % ">=", _task),
    "unassessed_sighting": (
        _SIGHTING
        % "= 'unassessed' ORDER BY CASE s.priority WHEN 'urgent' THEN 0 ELSE 1 END, coalesce(s.received_at, s.recorded_at), s.id",
        _unassessed,
    ),
    "credible_sighting": (
        _SIGHTING % "IN ('credible', 'confirmed') ORDER BY coalesce(s.seen_at, s.received_at, s.recorded_at) DESC, s.id",
        _sighting,
    ),
}
