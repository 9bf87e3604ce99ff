"""List of what an account has: alarms that it took, and cards and tips that are assigned to it and not finished."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, null, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.alarms.alarm_format import AlarmTaker, OpenAlarm, Sex
from board.commands.alarms.alarm_list import ListedAlarm, chosen_alarms
from board.commands.alarms.alerts import short_name
from board.config.alarm_rules import AlarmRules
from board.config.targets import QUEUES, Targets
from board.engine import kinds, snapshot
from board.engine.identity import Caller, require_active
from board.engine.kinds import Kind
from board.i18n import N_
from board.lookup import unanswered
from board.lookup.first_rows import first_rows
from board.lookup.unanswered import Condition, UnansweredEntry
from board.web.compression import compressed
from board.web.endpoint import Call
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.column import Column
from models.db.tables import columns_of
from models.search import Search
from models.sighting import Sighting
from models.times import format_utc, parse_utc
from realtime.wire.wire_types import Count, Id, Shape, Time

TIMEOUT_S = 5.0
MAX_ITEMS = 200

_ALARM, _COLUMN, _SEARCH = columns_of(Alarm), columns_of(Column), columns_of(Search)

# `kind`, `id` and `number` are those of the subject. `board`, `reference`, `child` and `sex` are those of its search.
WorkItem = TypedDict("WorkItem", {
    "kind": str, "board": Id, "reference": str | None, "child": str | None, "sex": Sex | None,
    "id": Id, "number": Count | None, "title": str | None, "place": str | None, "seen_at": Time | None,
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
    `left_out`: number of further items.
    """
    service = service_of(request)

    def load(session: Session) -> OwnWork:
        account = require_active(session, caller)
        return read(session, account, service.alarm_rules, service.targets, service.clock())

    return json_response(await service.lookups.read(caller, load, TIMEOUT_S))


class _Entry(NamedTuple):
    """Alarm that an account took, or another assigned card or tip. `id`: of the subject."""

    by: str | None
    id: str
    alarm: str | None
    item: WorkItem | None

    def order(self) -> tuple[bool, str, str]:
        return (self.by is None, self.by or "", self.id)


def read(session: Session, account: Account, rules: AlarmRules, targets: Targets, at: datetime) -> OwnWork:
    """Return the items of an account, on the searches that it may see."""
    now, person = format_utc(at), AlarmTaker(id=account.id, name=account.name)
    assigned = partial(_assigned, session, person, targets, now)
    held, number_held = _held(session, account.id)
    cards, number_of_cards = assigned(lambda card: ~_has_alarm_of(account.id, card))
    entries = sorted([*held, *(_Entry(item["by"], item["id"], None, item) for item in cards)], key=_Entry.order)[:MAX_ITEMS]
    subjects = [entry.id for entry in entries if entry.alarm is not None]
    cards_of_alarms, _ = assigned(lambda card: card.id.in_(subjects)) if subjects else ([], 0)
    items = [*_items(entries, cards_of_alarms, _alarms(session, account, rules, at, entries))]
    return {"at": now, "items": items, "left_out": number_held + number_of_cards - len(items)}


def _held(session: Session, account: str) -> tuple[list[_Entry], int]:
    """Return the first alarms that an account took, and the number of all."""
    hidden = snapshot.hidden_searches(session, account)
    query = select(_ALARM.id, _ALARM.entity, _ALARM.until).where(_is_taken_by(account), _ALARM.board.not_in(hidden))
    rows, number = first_rows(session, query, lambda alarm: (alarm.until.is_(None), alarm.until, alarm.entity), MAX_ITEMS)
    return [_Entry(row.until, row.entity, row.id, None) for row in rows], number


def _is_taken_by(account: str) -> ColumnElement[bool]:
    return and_(_ALARM.taken_by == account, _ALARM.ended_at.is_(None))


def _has_alarm_of(account: str, card: Any) -> ColumnElement[bool]:
    return exists().where(_ALARM.entity == card.id, _is_taken_by(account))


def _alarms(
    session: Session, account: Account, rules: AlarmRules, at: datetime, entries: Sequence[_Entry]
) -> dict[str, OpenAlarm]:
    """Return the alarms that entries name, by id, and one alarm about each other entry, by the id of its subject."""
    taken = [entry.alarm for entry in entries if entry.alarm is not None]
    others = [entry.id for entry in entries if entry.alarm is None]
    listed = chosen_alarms(session, rules, at, taken, others)
    bodies = [_body(alarm, account) for alarm in reversed(listed)]
    return {body["id"] if body["id"] in taken else body["about"]["id"]: body for body in bodies}


def _body(alarm: ListedAlarm, account: Account) -> OpenAlarm:
    return {**alarm.body, "asked_me": alarm.asks(account.id, account.role)}


def _items(entries: Sequence[_Entry], cards: Sequence[WorkItem], alarms: Mapping[str, OpenAlarm]) -> Iterator[WorkItem]:
    """Yield one item for each entry. `cards`: those that the taken alarms are about, if they are assigned to the account."""
    items = {item["id"]: item for item in cards}
    for entry in entries:
        if entry.item is not None:
            yield {**entry.item, "alarm": alarms.get(entry.id)}
        elif entry.alarm is not None:
            yield _of_alarm(alarms[entry.alarm], items.get(entry.id))


def _of_alarm(alarm: OpenAlarm, item: WorkItem | None) -> WorkItem:
    if item is not None:
        return {**item, "by": alarm["until"], "alarm": alarm}
    about = alarm["about"]
    return {
        "kind": about["kind"], "board": alarm["board"], "reference": alarm["reference"], "child": alarm["child"],
        "sex": alarm["sex"], "id": about["id"], "number": about["number"], "title": alarm["title"], "place": alarm["place"],
        "seen_at": alarm["seen_at"], "queue": None, "queue_since": None, "target_min": None, "by": alarm["until"],
        "assignee": alarm["assignee"], "alarm": alarm,
    }  # fmt: skip


def _assigned(
    session: Session, person: AlarmTaker, targets: Targets, now: str, condition: Condition
) -> tuple[list[WorkItem], int]:
    """Return the first unfinished cards and tips that are assigned to a person and meet a condition, and the number of all."""

    def is_own(card: Any) -> ColumnElement[bool]:
        return and_(card.assignee == person["id"], condition(card))

    reports, number = unanswered.first_waiting(session, person["id"], targets, now, is_own, MAX_ITEMS)
    items = [_of_report(entry, person) for entry in reports]
    hidden = snapshot.hidden_searches(session, person["id"])
    for kind in kinds.cards():
        if kind.model is not Sighting:
            query = _unfinished_cards(kind, hidden).where(is_own(columns_of(kind.model)))
            rows, count = first_rows(session, query, lambda card: (card.due.is_(None), card.due, card.id), MAX_ITEMS)
            items += [_of_card(kind.name, row, person) for row in rows]
            number += count
    return items, number


def _of_report(entry: UnansweredEntry, person: AlarmTaker) -> WorkItem:
    minutes = entry["target_min"]
    target = None if minutes is None else format_utc(parse_utc(entry["queue_since"]) + timedelta(minutes=minutes))
    return {
        "kind": entry["kind"], "board": entry["board"] or OPERATIONS, "reference": entry["reference"], "child": entry["child"],
        "sex": entry["sex"], "id": entry["id"], "number": entry["number"], "title": entry["title"], "place": entry["place"],
        "seen_at": entry["seen_at"], "queue": entry["queue"], "queue_since": entry["queue_since"], "target_min": minutes,
        "by": target, "assignee": person, "alarm": None,
    }  # fmt: skip


def _unfinished_cards(kind: Kind, hidden: frozenset[str]) -> Select[Any]:
    card = columns_of(kind.model)
    due = card["due"] if "due" in card else null().label("due")
    return (
        select(card.id, card.board, card.number, card[kind.title_field].label("title"), due, _SEARCH.reference, _SEARCH.person)
        .join(Column, _COLUMN.id == card.column)
        .join(Search, _SEARCH.id == card.board)
        .where(
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
        "kind": kind, "board": row.board, "reference": row.reference, "child": short_name(row.person),
        "sex": row.person["sex"], "id": row.id, "number": row.number, "title": row.title, "place": None,
        "seen_at": None, "queue": None, "queue_since": None, "target_min": None, "by": row.due, "assignee": person, "alarm": None,
    }  # fmt: skip
