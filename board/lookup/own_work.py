"""List of what an account has: alarms that it took, and cards and tips that are assigned to it and not finished."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from sqlalchemy import Select, null, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.alarms.alarm_format import AlarmTaker, OpenAlarm
from board.commands.alarms.alarm_list import ListedAlarm, alarms_of
from board.commands.alarms.alerts import short_name
from board.config.alarm_rules import AlarmRules
from board.config.targets import QUEUES, Targets
from board.engine import kinds, snapshot
from board.engine.identity import Caller, require_active
from board.engine.kinds import Kind
from board.i18n import N_
from board.lookup import unanswered
from board.lookup.unanswered import UnansweredEntry
from board.web.compression import compressed
from board.web.endpoint import Call
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.accounts import Account
from models.board import OPERATIONS
from models.column import Column
from models.db.tables import columns_of
from models.search import Search
from models.sighting import Sighting
from models.times import format_utc, parse_utc
from realtime.wire.wire_types import Count, Id, Shape, Time

TIMEOUT_S = 5.0
MAX_ITEMS = 200

_COLUMN, _SEARCH = columns_of(Column), columns_of(Search)

# `kind`, `id` and `number` are those of the subject. `board`, `reference` and `child` are those of its search.
WorkItem = TypedDict("WorkItem", {
    "kind": str, "board": Id, "reference": str | None, "child": str | None, "id": Id, "number": Count | None,
    "title": str | None, "place": str | None, "seen_at": Time | None,
    "queue": Annotated[str, Shape(enum=list(QUEUES))] | None, "queue_since": Time | None, "target_min": Count | None,
    "by": Time | None, "assignee": AlarmTaker | None, "alarm": OpenAlarm | None,
})  # fmt: skip
OwnWork = TypedDict("OwnWork", {"at": Time, "items": list[WorkItem], "left_out": Count})


@Call(
    "GET", "/work",
    N_("Lists what you have: alarms that you took, and cards and tips assigned to you, the earliest time first."),
)  # fmt: skip
@limited_per_account
@compressed
async def own_work(request: Request, caller: Caller) -> Reply[OwnWork]:
    """List what the caller has on all searches that are not closed.

    At most 200 items: alarms that the caller took, and cards and tips that are assigned to the caller and not finished. A card
    with such an alarm is one item. The earliest time is first, items without a time are last. *0.4.0*

    `items[].number`: null if the subject has none.
    `items[].child`: such as `Mila B., 6`; null for a tip.
    `items[].queue`: next step of a sighting or tip, otherwise null.
    `items[].target_min`: minutes; null if nothing is late any longer.
    `items[].by`: end of the promise; without a promise, when the task is due, or the end of the target of the queue.
    `items[].alarm`: the alarm that the caller took; otherwise the one about the card that has not ended, or null.
    `left_out`: how many more there are.
    """
    service = service_of(request)

    def load(session: Session) -> OwnWork:
        account = require_active(session, caller)
        return read(session, account, service.alarm_rules, service.targets, service.clock())

    return json_response(await service.lookups.read(caller, load, TIMEOUT_S))


def read(session: Session, account: Account, rules: AlarmRules, targets: Targets, at: datetime) -> OwnWork:
    """Return the items of an account, on the searches that it may see."""
    now, person = format_utc(at), AlarmTaker(id=account.id, name=account.name)
    assigned = [*_reports(session, person, targets, now), *_cards(session, person)]
    alarms = _visible_alarms(session, account, rules, at, [item["id"] for item in assigned])
    items = sorted(_merge(assigned, alarms, account.id), key=lambda item: (item["by"] is None, item["by"] or "", item["id"]))
    return {"at": now, "items": items[:MAX_ITEMS], "left_out": max(0, len(items) - MAX_ITEMS)}


def _visible_alarms(session: Session, account: Account, rules: AlarmRules, at: datetime, ids: Sequence[str]) -> list[OpenAlarm]:
    """Return the alarms that an account took, then those about these cards."""
    hidden = snapshot.hidden_searches(session, account.id)
    listed = [alarm for alarm in alarms_of(session, rules, at, account.id, ids) if alarm.body["board"] not in hidden]
    return sorted((_body(alarm, account) for alarm in listed), key=lambda alarm: not _is_held(alarm, account.id))


def _body(alarm: ListedAlarm, account: Account) -> OpenAlarm:
    return {**alarm.body, "asked_me": alarm.asks(account.id, account.role)}


def _is_held(alarm: OpenAlarm, account: str) -> bool:
    return alarm["taken_by"] is not None and alarm["taken_by"]["id"] == account


def _merge(assigned: Sequence[WorkItem], alarms: Sequence[OpenAlarm], account: str) -> Iterator[WorkItem]:
    """Yield one item for each alarm that an account took, and one for each other card that is assigned to it."""
    cards = {item["id"]: item for item in assigned}
    held = [alarm for alarm in alarms if _is_held(alarm, account)]
    for alarm in held:
        yield _of_alarm(alarm, cards.get(alarm["about"]["id"]))
    with_item = {alarm["about"]["id"] for alarm in held}
    others = {alarm["about"]["id"]: alarm for alarm in reversed(alarms)}
    for id, item in cards.items():
        if id not in with_item:
            yield {**item, "alarm": others.get(id)}


def _of_alarm(alarm: OpenAlarm, item: WorkItem | None) -> WorkItem:
    if item is not None:
        return {**item, "by": alarm["until"], "alarm": alarm}
    about = alarm["about"]
    return {
        "kind": about["kind"], "board": alarm["board"], "reference": alarm["reference"], "child": alarm["child"],
        "id": about["id"], "number": about["number"], "title": alarm["title"], "place": alarm["place"],
        "seen_at": alarm["seen_at"], "queue": None, "queue_since": None, "target_min": None, "by": alarm["until"],
        "assignee": alarm["assignee"], "alarm": alarm,
    }  # fmt: skip


def _reports(session: Session, person: AlarmTaker, targets: Targets, now: str) -> Iterator[WorkItem]:
    """Yield the waiting sightings and tips that are assigned to a person."""
    for entry in unanswered.assigned_to(session, person["id"], targets, now):
        yield _of_report(entry, person)


def _of_report(entry: UnansweredEntry, person: AlarmTaker) -> WorkItem:
    minutes = entry["target_min"]
    target = None if minutes is None else format_utc(parse_utc(entry["queue_since"]) + timedelta(minutes=minutes))
    return {
        "kind": entry["kind"], "board": entry["board"] or OPERATIONS, "reference": entry["reference"], "child": entry["child"],
        "id": entry["id"], "number": entry["number"], "title": entry["title"], "place": entry["place"],
        "seen_at": entry["seen_at"], "queue": entry["queue"], "queue_since": entry["queue_since"], "target_min": minutes,
        "by": target, "assignee": person, "alarm": None,
    }  # fmt: skip


def _cards(session: Session, person: AlarmTaker) -> Iterator[WorkItem]:
    """Yield the other cards that are assigned to a person and not finished, on searches that are not closed."""
    hidden = snapshot.hidden_searches(session, person["id"])
    for kind in kinds.cards():
        if kind.model is not Sighting:
            for row in session.connection().execute(_assigned_cards(kind, person["id"], hidden)):
                yield _of_card(kind.name, row, person)


def _assigned_cards(kind: Kind, account: str, hidden: frozenset[str]) -> Select[Any]:
    card = columns_of(kind.model)
    due = card["due"] if "due" in card else null().label("due")
    return (
        select(card.id, card.board, card.number, card[kind.title_field].label("title"), due, _SEARCH.reference, _SEARCH.person)
        .join(Column, _COLUMN.id == card.column)
        .join(Search, _SEARCH.id == card.board)
        .where(
            card.assignee == account,
            card.withdrawn.is_(False),
            card.archived_at.is_(None),
            _COLUMN.role != "done",
            _SEARCH.status != "closed",
            _SEARCH.archived_at.is_(None),
            _SEARCH.id.not_in(hidden),
        )
    )


def _of_card(kind: str, row: Any, person: AlarmTaker) -> WorkItem:
    return {
        "kind": kind, "board": row.board, "reference": row.reference, "child": short_name(row.person), "id": row.id,
        "number": row.number, "title": row.title, "place": None, "seen_at": None, "queue": None, "queue_since": None,
        "target_min": None, "by": row.due, "assignee": person, "alarm": None,
    }  # fmt: skip
