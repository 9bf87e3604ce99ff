"""List of alarms that have not ended."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, desc, func, union_all
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from board.commands.alarms import urgent_alerts
from board.commands.alarms.alarm_format import AlarmStep, AlarmTaker, OpenAlarm
from board.commands.alarms.alerts import short_name
from board.commands.duty.on_duty import on_duty
from board.commands.sightings import late_reports
from board.config.alarm_rules import AlarmRules, Rule
from board.engine import kinds
from models.accounts import ROLES, Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.contact import Contact
from models.db.tables import columns_of, table_of
from models.duty import PlannedDuty
from models.handover import Handover
from models.note import Note
from models.search import Search
from models.times import format_utc, parse_utc

LATE = timedelta(seconds=10)  # after a step was due; servers check every second
SHOWN_AFTER_TAKING = timedelta(seconds=60)
MAX_READ = 1_000  # newest alarms; older ones have asked everyone by now
MAX_TITLE = 120  # characters
MAY_ACT, COORDINATORS = ROLES[ROLES.index("investigator") :], ROLES[ROLES.index("coordinator") :]

_A, _S, _TAKER = columns_of(Alarm), columns_of(Search), columns_of(Account)
_OF_SEARCH = (_S.reference, _S.person, _S.lead, _S.access, _S.members)


def _with_search(condition: Any) -> Select[Any]:
    """Return the query for the alarms that have not ended and meet a condition, with their searches and takers."""
    names = (
        "id", "board", "seq", "about", "rule", "occasion", "raised_at", "step", "next_at", "asked", "everybody",
        "asked_on_duty", "taken_by", "taken_at", "handed_on", "caused_by", "until", "promises", "round", "lapsed_by", "lapsed_at",
        "released_by", "released_at", "released_because", "handover",
    )  # fmt: skip
    return (
        core_select(*(_A[name].label(name) for name in names), *_OF_SEARCH, _TAKER.name.label("taken_name"))
        .outerjoin_from(table_of(Alarm), table_of(Search), _S.id == _A.board)
        .outerjoin(table_of(Account), _TAKER.id == _A.taken_by)
        .where(_A.ended_at.is_(None), condition)
    )


_LIST = (
    union_all(_with_search(_A.taken_at.is_(None)), _with_search(_A.taken_at.is_not(None)))
    .order_by(desc("raised_at"), desc("id"))
    .limit(bindparam("limit"))
)
_IDS: Any = bindparam("ids", expanding=True)
_CHOSEN = union_all(
    _with_search(_A.id.in_(_IDS)),
    _with_search(and_(_A.entity.in_(bindparam("subjects", expanding=True)), _A.id.not_in(_IDS))),
)
_COUNT = core_select(func.count().label("open"), func.count().filter(_A.next_at < bindparam("late")).label("late")).where(
    _A.taken_at.is_(None), _A.ended_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class ListedAlarm:
    """Alarm with the facts that decide which accounts it asks and which may see it."""

    body: OpenAlarm
    asked: frozenset[str]
    handed_on: frozenset[str]
    everybody: bool
    on_duty: frozenset[str] | None  # people on duty whom it asks; empty: everyone; None: it does not ask them
    caused_by: str | None
    is_mention: bool  # about a note that asks for an answer; other alarms take precedence if the list is too long
    is_urgent: bool  # about an urgent sighting or tip; never left out in favour of other alarms
    is_kept: bool  # taken over a minute ago, so that only its owner sees it

    def asks(self, account: str, role: str) -> bool:
        """Return whether the alarm asks an account that may see its search."""
        if account in self.handed_on:
            return False
        is_among = self.everybody or (self.on_duty is not None and (not self.on_duty or account in self.on_duty))
        return role in MAY_ACT and (account in self.asked or (is_among and account != self.caused_by))

    def is_of(self, account: str) -> bool:
        """Return whether an account has the alarm."""
        taker = self.body["taken_by"]
        return taker is not None and taker["id"] == account

    def shown_to(self, account: str, role: str) -> bool:
        """Return whether an account receives the alarm: if it is asked, or if it caused the alarm, handed it on, or has it."""
        is_involved = account == self.caused_by or account in self.handed_on or self.asks(account, role)
        return role in MAY_ACT and (self.is_of(account) or (is_involved and not self.is_kept))

    def asks_others(self, account: str, role: str) -> bool:
        """Return whether the alarm is urgent and nobody has it, but an account that may act does not receive it."""
        return self.is_urgent and self.body["taken_by"] is None and role in MAY_ACT and not self.shown_to(account, role)

    def is_listed_for(self, account: str) -> bool:
        """Return whether the list of an account contains the alarm: false if another account took it over a minute ago."""
        return not self.is_kept or self.is_of(account)


def open_alarms(session: Session, rules: AlarmRules, now: datetime) -> list[ListedAlarm]:
    """Return the alarms that have not ended, on all boards, the oldest first."""
    return _read(session, rules, now, list(session.connection().execute(_LIST, {"limit": MAX_READ}))[::-1])


def chosen_alarms(
    session: Session, rules: AlarmRules, now: datetime, ids: Collection[str], subjects: Collection[str]
) -> list[ListedAlarm]:
    """Return the alarms that have not ended and have one of these ids, then those about these subjects."""
    params = {"ids": list(ids), "subjects": list(subjects)}
    return _read(session, rules, now, list(session.connection().execute(_CHOSEN, params)))


def _read(session: Session, rules: AlarmRules, now: datetime, found: Sequence[Row[Any]]) -> list[ListedAlarm]:
    if not found:
        return []
    subjects = _Subjects(session, [row.about for row in found], _late_counts(session, rules, found, format_utc(now)))
    since = format_utc(now - SHOWN_AFTER_TAKING)
    return [_listed(row, rules.rules.get(row.rule), subjects, since) for row in found]


def count(session: Session, now: datetime) -> tuple[int, int]:
    """Return how many alarms nobody has taken, and how many of them have a step that is late."""
    row = session.connection().execute(_COUNT, {"late": format_utc(now - LATE)}).one()
    return row.open, row.late


def _listed(row: Row[Any], rule: Rule | None, subjects: "_Subjects", since: str) -> ListedAlarm:
    about = row.about
    body: OpenAlarm = {
        "id": row.id, "board": row.board, "seq": row.seq, "reference": row.reference,
        "child": short_name(row.person) if row.person else None, "sex": row.person["sex"] if row.person else None,
        "about": {"kind": about["kind"], "id": about["id"], "number": subjects.number(about["id"])},
        "place": subjects.place(about["id"]), "seen_at": subjects.seen_at(about["id"]), "title": subjects.title(about["id"]),
        "rule": row.rule, "occasion": row.occasion, "raised_at": row.raised_at, "step": row.step, "next_at": row.next_at,
        "steps": list(_steps(row, rule, subjects)) if rule is not None else [], "asked_me": False,
        "assignee": subjects.assignee(about["id"]),
        "taken_by": {"id": row.taken_by, "name": row.taken_name} if row.taken_by else None, "taken_at": row.taken_at,
        "until": row.until, "promises": row.promises, "handover": row.handover, "round": row.round,
        "lapsed_by": subjects.person(row.lapsed_by), "lapsed_at": row.lapsed_at,
        "released_by": subjects.person(row.released_by), "released_at": row.released_at,
        "released_because": row.released_because,
        "count": subjects.late_counts.get(row.id),
    }  # fmt: skip
    when = row.occasion or (rule.when if rule is not None else None)  # a deleted rule does not change what the alarm is about
    on_duty = subjects.on_duty_of(row) if row.asked_on_duty else None
    return ListedAlarm(
        body, frozenset(row.asked), frozenset(row.handed_on), bool(row.everybody), on_duty, row.caused_by, when == "mention",
        when == "sighting_urgent", row.taken_at is not None and row.taken_at <= since,
    )  # fmt: skip


def _steps(row: Row[Any], rule: Rule, subjects: "_Subjects") -> Iterator[AlarmStep]:
    """Yield the recipients of each step, with its time. Omits missing people, such as the lead of a search without one."""
    after = rule.steps[row.step + 1].after_s if row.step + 1 < len(rule.steps) else 0.0
    moved = (parse_utc(row.next_at) - parse_utc(row.raised_at)).total_seconds() - after if row.next_at else 0.0
    for number, step in enumerate(rule.steps):
        done = number <= row.step
        at = format_utc(parse_utc(row.raised_at) + timedelta(seconds=step.after_s + (0 if done else moved)))
        for ask in step.ask:
            account = subjects.account(ask, row)
            if account is not None or ask not in ("assignee", "lead", "holder"):
                name, everyone = subjects.names.get(account) if account else None, subjects.asks_everyone(ask, row)
                yield {"ask": ask, "name": name, "everyone": everyone, "at": at, "done": done}


class _Subjects:
    """Subjects of several alarms, read together."""

    def __init__(self, session: Session, abouts: Iterable[Mapping[str, Any]], late_counts: Mapping[str, int]) -> None:
        self.late_counts = late_counts  # by id of the alarm
        ids: dict[str, set[str]] = {}
        for about in abouts:
            ids.setdefault(about["kind"], set()).add(about["id"])
        self._notes = _by_id(session, Note, ids.get("note", ()))
        self._cards = _cards(session, {id for kind in _numbered() for id in ids.get(kind.name, ())})
        self._of_notes = _cards(session, {note.card for note in self._notes.values() if note.card})
        self._planned = _by_id(session, PlannedDuty, ids.get("planned_duty", ()))
        self._handover = session.get(Handover, OPERATIONS) if "handover" in ids else None
        self._holder = urgent_alerts.holder(session)
        accounts = session.exec(select(Account.id, Account.name, Account.role)).all()
        self.names: dict[str, str] = {id: name for id, name, _ in accounts}
        self._coordinators = {id for id, _, role in accounts if role in COORDINATORS}
        self._on_duty = on_duty(session)

    def on_duty_of(self, row: Row[Any]) -> frozenset[str]:
        """Return the accounts on duty that may see the board of an alarm, except those that caused it or handed it on."""
        present = self._on_duty if row.access != "members" else self._on_duty & set(row.members)
        return present - {row.caused_by, *row.handed_on}

    def asks_everyone(self, ask: str, row: Row[Any]) -> bool:
        """Return whether a step asks people off duty too: because of its name, or because nobody is on duty."""
        if ask not in ("desk", "coordinators"):
            return ask in ("desk_all", "coordinators_all")
        return not (self.on_duty_of(row) & self._coordinators if ask == "coordinators" else self.on_duty_of(row))

    def number(self, id: str) -> int | None:
        note = self._notes.get(id)
        card = self._cards.get(id) if note is None else self._of_notes.get(note.card)
        if card is None and id == OPERATIONS and self._handover is not None:
            return self._handover.number
        return card.number if card is not None else None

    def place(self, id: str) -> str | None:
        card = self._cards.get(id)
        return (getattr(card, "place", None) or {}).get("text")

    def seen_at(self, id: str) -> str | None:
        return getattr(self._cards.get(id), "seen_at", None)

    def title(self, id: str) -> str | None:
        card, note, planned = self._cards.get(id), self._notes.get(id), self._planned.get(id)
        if planned is not None:
            return self.names.get(planned.account)
        if isinstance(card, Contact):  # a contact's name must not leave its board
            return None
        found: str | None = getattr(card, kinds.of(card).title_field) if card is not None else note.text if note else None
        return found if found is None or len(found) <= MAX_TITLE else f"{found[: MAX_TITLE - 1].rstrip()}…"

    def assignee(self, id: str) -> AlarmTaker | None:
        return self.person(getattr(self._cards.get(id), "assignee", None))

    def person(self, account: str | None) -> AlarmTaker | None:
        return {"id": account, "name": self.names.get(account, "?")} if account is not None else None

    def account(self, ask: str, row: Row[Any]) -> str | None:
        """Return the account that a step asks by name; None if it may not see the board of the alarm."""
        account = self._account(ask, row.about["id"], row)
        return account if row.access != "members" or account in row.members else None

    def _account(self, ask: str, id: str, row: Row[Any]) -> str | None:
        match ask:
            case "assignee":
                planned = self._planned.get(id)
                return planned.account if planned is not None else getattr(self._cards.get(id), "assignee", None)
            case "lead":
                lead: str | None = row.lead
                return lead
            case "holder":
                return self._holder
            case "expected":
                return self._handover.incoming if self._handover is not None else None
        return None


def _late_counts(session: Session, rules: AlarmRules, found: Iterable[Row[Any]], at: str) -> dict[str, int]:
    """Return how many sightings and wakes wait too long, by id of the alarm about them."""
    counts: dict[str, int] = {}
    for rule in rules.of("queue_late"):
        boards = {row.id: row.board for row in found if row.rule == rule.key}
        late = late_reports.count_late(session, rule, list(boards.values()), at) if boards else {}
        counts |= {id: late.get(board, 0) for id, board in boards.items()}
    return counts


def _cards(session: Session, ids: Collection[str]) -> dict[str, Any]:
    """Return cards and tips by their ids."""
    return {id: card for kind in _numbered() for id, card in _by_id(session, kind.model, ids).items()}


def _numbered() -> list[kinds.Kind]:
    return [kind for kind in kinds.every() if kind.is_numbered]


def _by_id(session: Session, model: Any, ids: Collection[str]) -> dict[str, Any]:
    return {row.id: row for row in session.exec(select(model).where(col(model.id).in_(ids)))} if ids else {}
