"""List of waiting sightings, tips and wakes on all searches that the reader may see: queue, waiting time, assignee and target.

Urgent entries are first, then those longest past their target.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, case, func, literal, null, or_, select, true
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.alarms.alarm_format import Sex
from board.commands.alarms.alerts import short_name
from board.commands.cards.held_cards import is_held
from board.commands.sightings.waits_once import waits_here
from board.config.targets import QUEUES, Targets
from board.engine import snapshot
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.lookup import other_children
from board.lookup.first_rows import first_rows
from board.lookup.other_children import OtherChild
from board.web.compression import compressed
from board.web.endpoint import EVERYWHERE, Call, IntParam, Param, of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.alarm import Alarm
from models.db.read_pacing import paced
from models.db.tables import columns_of, table_of
from models.search import Search
from models.sighting import Sighting
from models.times import format_utc, parse_utc
from models.tip import Tip
from models.wake import Wake
from realtime.wire.wire_types import Count, Id, Shape, Time

TIMEOUT_S = 5.0
MAX_TITLE = 200  # characters of a description
NORMAL = "normal"  # priority of wakes
QUEUE = Param("queue", {"enum": ["", *QUEUES]})
LIMIT = IntParam("limit", 1, 500, 200)

_SIGHTING = columns_of(Sighting)
_TIP = columns_of(Tip)
_SEARCH = columns_of(Search)
_ALARM = columns_of(Alarm)
_WAKE = columns_of(Wake)
Condition = Callable[[Any], ColumnElement[bool]]  # on the columns of a kind
_OF_REPORT = ("description", "place", "seen_at", "received_at")


class WaitingEntry(NamedTuple):
    """Waiting sighting, tip or wake, with the values that decide its order, and whether somebody has it. `target_min`: None once
    the child was found."""

    kind: str
    id: str
    queue: str
    since: str
    priority: str
    target_min: int | None
    held: bool

    def age(self, now: str) -> float:
        """Return the waiting time in minutes."""
        return max(0.0, (parse_utc(now) - parse_utc(self.since)).total_seconds() / 60)

    def order(self, now: str) -> tuple[bool, bool, float, str, str]:
        """Return the sort key: entries of a found child last; urgent first, then by age against target, then by age."""
        lateness = -self.age(now) / (self.target_min or 1)
        return (self.target_min is None, self.priority != "urgent", lateness, self.since, self.id)

    def is_late(self, now: str) -> bool:
        return self.target_min is not None and self.age(now) > self.target_min


LookedAtBy = TypedDict("LookedAtBy", {"by": Id, "at": Time})
AlarmOwner = TypedDict("AlarmOwner", {
    "taken_by": Id | None, "until": Time | None, "lapsed_by": Id | None, "lapsed_at": Time | None,
    "released_by": Id | None, "released_at": Time | None, "released_because": str | None,
})  # fmt: skip
# Waiting sighting, tip or wake. `board`, `reference`, `child` and `sex` are those of its search, `title` begins its description.
UnansweredEntry = TypedDict("UnansweredEntry", {
    "kind": Annotated[str, Shape(enum=["sighting", "tip", "wake"])], "board": Id | None, "reference": str | None,
    "child": str | None, "sex": Sex | None, "status": Annotated[str, of_state(Search, "status")] | None,
    "id": Id, "number": Count | None, "seq": Count, "queue": Annotated[str, Shape(enum=list(QUEUES))], "queue_since": Time,
    "target_min": Count | None, "late": bool, "held": bool, "assignee": Id | None,
    "priority": Annotated[str, of_state(Sighting, "priority")], "assessment": Annotated[str, of_state(Sighting, "assessment")],
    "title": str, "place": str | None, "seen_at": Time | None, "received_at": Time | None, "looked_at": LookedAtBy | None,
    "alarm": AlarmOwner | None, "of_both": OtherChild | None,
})  # fmt: skip
LateOpen = TypedDict("LateOpen", {"look": Count, "judge": Count, "pass_on": Count})
UnansweredCounts = TypedDict("UnansweredCounts", {
    "look": Count, "judge": Count, "pass_on": Count, "late": Count, "late_open": LateOpen,
})  # fmt: skip
Unanswered = TypedDict("Unanswered", {
    "at": Time, "counts": UnansweredCounts, "entries": list[UnansweredEntry], "left_out": Count,
})  # fmt: skip


@Call(
    "GET", "/unanswered",
    N_("Lists sightings and tips waiting to be looked at, assessed or passed on: urgent first, then the longest past target."),
    (*EVERYWHERE, "invalid"), query=(QUEUE, LIMIT),
)  # fmt: skip
@limited_per_account
@compressed
async def unanswered(request: Request, caller: Caller) -> Reply[Unanswered]:
    """List sightings and tips that wait, on searches that are not closed.

    Urgent entries are first, then by age against target, then by age; those of a search whose child was found are last. *0.4.0*

    `counts`: as in a summary, over all searches that the reader may see, regardless of `queue`.
    `entries[].kind`: a `tip` is not on a search, so the fields of a search are null. A `wake` is about a report that may belong
    to the search, and has the `number`, `title`, `place` and times of the report.
    `counts.late_open`: number of late entries that nobody has, by queue. *0.4.0*
    `entries[].held`: whether somebody has it: by a promise about it or about all late entries of its search, or as its assignee
    if no alarm about it is open. *0.4.0*
    `entries[].child`: such as `Mila B., 6`.
    `entries[].status`: of the search.
    `entries[].target_min`: minutes; null if nothing is late any longer.
    `entries[].title`: the first 200 characters of what was seen.
    `entries[].place`: its text.
    `entries[].alarm`: the alarm about it that has not ended, or null; `until` is the end of the promise, `lapsed_by` the account
    whose promise lapsed, `released_by` the account that gave it back or lost it. *0.4.0*
    `entries[].of_both`: for a sighting of two children, the other search and the sighting on it, which has no separate entry;
    otherwise null. *0.4.0*
    `left_out`: number of further entries.
    """
    queue, limit = QUEUE.read(request) or None, LIMIT.read(request)
    if queue is not None and queue not in QUEUES:
        raise Refused("invalid", fields={"queue": N_("Unknown queue.")})
    service = service_of(request)
    now, targets = format_utc(service.clock()), service.targets
    answer = await service.lookups.read(
        caller, lambda session: read(session, caller.account.id, targets, now, queue, limit), TIMEOUT_S
    )
    await service.reads.report(caller, "unanswered")
    return json_response(answer)


def read(session: Session, account: str, targets: Targets, now: str, queue: str | None, limit: int) -> Unanswered:
    """Return the waiting entries of one queue (None: of all), on searches that this account may see."""
    entries = [
        _waiting(kind, targets, *row)
        for kind, query in _queries(session, account)
        for row in paced(session.connection().execute(query))
    ]
    counts = Counter(entry.queue for entry in entries)
    selected = [entry for entry in entries if queue in (None, entry.queue)]
    listed = sorted(selected, key=lambda entry: entry.order(now))[:limit]
    return {
        "at": now,
        "counts": {
            "look": counts["look"], "judge": counts["judge"], "pass_on": counts["pass_on"],
            "late": sum(entry.is_late(now) for entry in entries), "late_open": _late_open(entries, now),
        },
        "entries": _entries(session, account, listed, now),
        "left_out": len(selected) - len(listed),
    }  # fmt: skip


def _late_open(entries: Sequence[WaitingEntry], now: str) -> LateOpen:
    open = Counter(entry.queue for entry in entries if entry.is_late(now) and not entry.held)
    return {"look": open["look"], "judge": open["judge"], "pass_on": open["pass_on"]}


def first_waiting(
    session: Session, account: str, targets: Targets, now: str, condition: Condition, limit: int
) -> tuple[list[UnansweredEntry], int]:
    """Return waiting entries that meet a condition, on searches that an account may see: at least the `limit` with the earliest
    targets. Also return the number of all."""
    entries, number = [], 0
    for kind, query in _queries(session, account, condition):
        rows, count = first_rows(session, query, _by_target, limit, _with_one_target)
        entries += [_waiting(kind, targets, *row[:6]) for row in rows]
        number += count
    return _entries(session, account, entries, now), number


def _with_one_target(entry: Any) -> tuple[Any, ...]:
    """Return the columns on which the target of an entry depends."""
    return entry.queue, entry.priority == "urgent", entry.status


def _by_target(entry: Any) -> tuple[Any, ...]:
    """Return the order of entries with one target; without a target, only their ids decide."""
    return case((entry.status == "open", entry.since)), entry.id


def _entries(session: Session, account: str, listed: Sequence[WaitingEntry], now: str) -> list[UnansweredEntry]:
    details = _sighting_details(session, [entry.id for entry in listed if entry.kind == Sighting.KIND])
    details |= _tip_details(session, [entry.id for entry in listed if entry.kind == Tip.KIND])
    details |= _wake_details(session, [entry.id for entry in listed if entry.kind == Wake.KIND])
    alarms = _alarms(session, [entry.id for entry in listed])
    of_both = [row.of_both for row in details.values() if row.of_both]
    others = other_children.read(session, of_both, snapshot.hidden_searches(session, account)) if of_both else {}
    return [_entry(entry, details[entry.id], alarms.get(entry.id), others, now) for entry in listed]


def _queries(session: Session, account: str, condition: Condition = lambda entry: true()) -> Iterator[tuple[str, Select[Any]]]:
    """Yield queries for the waiting entries of each kind that meet a condition. Each has the values that `_waiting` takes."""
    hidden = snapshot.hidden_searches(session, account)
    yield Sighting.KIND, _sightings(hidden).where(condition(_SIGHTING))
    yield Tip.KIND, _tips().where(condition(_TIP))
    yield Wake.KIND, _wakes(hidden).where(condition(_WAKE))


def _waiting(
    kind: str, targets: Targets, id: str, queue: str, since: str, priority: str, status: str, held: bool
) -> WaitingEntry:
    target = targets.minutes(queue, priority) if status == "open" else None
    return WaitingEntry(kind, id, queue, since, priority, target, bool(held))


def _sightings(hidden: Collection[str]) -> Select[Any]:
    """Return the query for the waiting sightings of searches that are not closed."""
    since = func.coalesce(_SIGHTING.queue_since, _SIGHTING.recorded_at).label("since")
    return (
        select(_SIGHTING.id, _SIGHTING.queue, since, _SIGHTING.priority, _SEARCH.status, is_held(_SIGHTING).label("held"))
        .join(Search, _SEARCH.id == _SIGHTING.board)
        .where(_SIGHTING.queue.in_(QUEUES), waits_here(_SIGHTING), *_is_listed(hidden))
    )


def _tips() -> Select[Any]:
    """Return the query for the waiting tips. Anyone who sees the list of all searches sees them."""
    status = literal("open", String).label("status")
    columns = (_TIP.id, _TIP.queue, _TIP.queue_since.label("since"), _TIP.priority, status, is_held(_TIP).label("held"))
    return select(*columns).where(_TIP.archived_at.is_(None), _TIP.queue == "look")


def _wakes(hidden: Collection[str]) -> Select[Any]:
    """Return the query for the waiting wakes of searches that are not closed. Their reports must be visible too."""
    priority = literal(NORMAL, String).label("priority")
    return (
        select(_WAKE.id, _WAKE.queue, _WAKE.queue_since.label("since"), priority, _SEARCH.status, is_held(_WAKE).label("held"))
        .join(Search, _SEARCH.id == _WAKE.board)
        .outerjoin(table_of(Tip), _TIP.id == _WAKE.tip)
        .outerjoin(table_of(Sighting), _SIGHTING.id == _WAKE.sighting)
        .where(_WAKE.queue == "look", *_is_listed(hidden), _TIP.placed_on.is_(None))
        .where(or_(_SIGHTING.board.is_(None), _SIGHTING.board.not_in(hidden)))
    )


def _is_listed(hidden: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return _SEARCH.status != "closed", _SEARCH.archived_at.is_(None), _SEARCH.id.not_in(hidden)


def _wake_details(session: Session, ids: list[str]) -> dict[str, Any]:
    """Return wakes in the shape of sightings, with the texts of their reports."""
    of_report = [func.coalesce(_TIP[name], _SIGHTING[name]).label(name) for name in _OF_REPORT]
    query = (
        select(
            _WAKE.id, _WAKE.board, _WAKE.number, _WAKE.seq, _WAKE.assignee, literal("unassessed").label("assessment"), *of_report,
            null().label("looked_at"), null().label("of_both"), _SEARCH.reference, _SEARCH.person, _SEARCH.status,
        )
        .join(Search, _SEARCH.id == _WAKE.board)
        .outerjoin(table_of(Tip), _TIP.id == _WAKE.tip)
        .outerjoin(table_of(Sighting), _SIGHTING.id == _WAKE.sighting)
        .where(_WAKE.id.in_(ids))
    )  # fmt: skip
    return {row.id: row for row in session.connection().execute(query)}


def _tip_details(session: Session, ids: list[str]) -> dict[str, Any]:
    """Return tips in the shape of sightings; fields of a search are null."""
    names = ("id", "board", "number", "seq", "assignee", "description", "place", "seen_at", "received_at")
    of_no_search = [null().label(name) for name in ("reference", "person", "status", "looked_at", "of_both")]
    query = select(*(_TIP[name] for name in names), literal("unassessed").label("assessment"), *of_no_search).where(
        _TIP.id.in_(ids)
    )
    return {row.id: row for row in session.connection().execute(query)}


def _sighting_details(session: Session, ids: list[str]) -> dict[str, Any]:
    names = ("id", "board", "number", "seq", "assignee", "assessment", "description", "place", "seen_at", "looked_at", "of_both")
    query = (
        select(*(_SIGHTING[name] for name in names), _SIGHTING.received_at, _SEARCH.reference, _SEARCH.person, _SEARCH.status)
        .join(Search, _SEARCH.id == _SIGHTING.board)
        .where(_SIGHTING.id.in_(ids))
    )
    return {row.id: row for row in session.connection().execute(query)}


def _alarms(session: Session, ids: list[str]) -> dict[str, AlarmOwner]:
    """Return the open alarms by entity; of several, one that nobody has taken."""
    names = ("entity", "taken_by", "until", "lapsed_by", "lapsed_at", "released_by", "released_at", "released_because")
    taken_first = select(*(_ALARM[name] for name in names)).where(_ALARM.entity.in_(ids), _ALARM.ended_at.is_(None))
    alarms = session.connection().execute(taken_first.order_by(_ALARM.taken_by.is_(None), _ALARM.id))
    return {
        row.entity: {
            "taken_by": row.taken_by, "until": row.until, "lapsed_by": row.lapsed_by, "lapsed_at": row.lapsed_at,
            "released_by": row.released_by, "released_at": row.released_at, "released_because": row.released_because,
        }
        for row in alarms
    }  # fmt: skip


def _entry(
    entry: WaitingEntry, row: Any, alarm: AlarmOwner | None, others: Mapping[str, OtherChild], now: str
) -> UnansweredEntry:  # fmt: skip
    place: Mapping[str, Any] = row.place or {}
    child = short_name(row.person) if row.person else None
    return {
        "kind": entry.kind, "board": row.board, "reference": row.reference, "child": child,
        "sex": row.person["sex"] if row.person else None, "status": row.status,
        "id": entry.id, "number": row.number, "seq": row.seq, "queue": entry.queue, "queue_since": entry.since,
        "target_min": entry.target_min, "late": entry.is_late(now), "held": entry.held, "assignee": row.assignee,
        "priority": entry.priority, "assessment": row.assessment, "title": row.description[:MAX_TITLE],
        "place": place.get("text"), "seen_at": row.seen_at, "received_at": row.received_at,
        "looked_at": row.looked_at, "alarm": alarm, "of_both": others.get(row.of_both["sighting"]) if row.of_both else None,
    }  # fmt: skip
