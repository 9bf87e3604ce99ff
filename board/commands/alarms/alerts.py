"""Alerts: which events alert whom, and which alerts an account has read.

An alert is stored with its event, in one transaction. Current rights decide who gets it: an account that may not see the
search does not, even if it could when the event happened.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, case, delete, func, insert, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from board.audit import security_alerts
from board.commands.cards import mentions
from board.engine import kinds, snapshot, unit_of_work
from board.engine.event import EVENT, EVENTS, WHOLE, is_at
from board.engine.event_writer import Change
from board.notifications.alert_format import Alert, AlertCard
from board.notifications.alert_versions import bump_alert_version
from models import stored_payload
from models.accounts import Account
from models.alert import ALARM_SOUNDS, DELIVERY_MODES, EVERYBODY, KINDS, OWN_ACCOUNT, SECURITY, AlertRead, AlertSettings
from models.alert import Alert as StoredAlert
from models.board import Board
from models.card import Card
from models.db.id_text import id_text as id_text_in_sql
from models.db.statement import BulkWrite
from models.db.tables import columns_of, table_of
from models.entity import State, flatten
from models.ids import id_bytes, id_text
from models.note import Note
from models.search import Search
from models.sighting import Sighting
from models.times import format_utc

MAX_LISTED = 200  # newest alerts
RETENTION = timedelta(days=14)  # older alerts are not listed

Key = tuple[str, int]  # board, seq


class AlarmSignals(NamedTuple):
    """Signals of an alarm in a browser: a sound (one of ALARM_SOUNDS), and whether to show a desktop notification."""

    sound: str
    desktop: bool


class Unread(NamedTuple):
    """Unread alert of an event.

    `kinds`: reasons of the alert.
    `entity`: subject of the event. It can be hidden although its board is not, such as a tip placed on a members-only search.
    """

    at: str
    kinds: frozenset[str]
    entity: str


_ME, _ACTOR = table_of(Account).alias("me"), table_of(Account).alias("actor")
_A, _B, _N, _R, _S = (columns_of(model) for model in (StoredAlert, Board, Note, AlertRead, Search))


def _alerts_for(account: Any) -> Any:
    """Return the join of accounts, `me`, to their alerts. `account`: the id of `me`, as a column or a parameter: whichever lets
    the query use an index."""
    is_for = and_(_A.account.in_((EVERYBODY, account)), or_(_A.account != EVERYBODY, _A.at >= _ME.c.created_at))
    alerts = _ME.join(table_of(StoredAlert), and_(is_for, _A.at > bindparam("since"))).join(table_of(Board), _B.id == _A.board)
    return alerts.join(EVENTS, is_at(_B.number, _A.seq))


_IS_READ = and_(_R.account == _ME.c.id, _R.board == _A.board, _R.seq == _A.seq)
_UNREAD: Any = (
    core_select(_ME.c.id.label("account"), _A.board, _A.seq, _A.at, _A.kind, EVENT.entity)
    .select_from(_alerts_for(_ME.c.id).outerjoin(table_of(AlertRead), _IS_READ))
    .where(_ME.c.id.in_(bindparam("people")), _R.account.is_(None))
    .where(or_(EVENT.account.is_(None), id_text_in_sql(EVENT.account) != _ME.c.id))
)


@cache
def _list_statement(cards: tuple[type[Card], ...]) -> Select[Any]:
    """Return the statement for the list of alerts, with the number of each card that an event or a note is about."""
    entity, tables = id_text_in_sql(EVENT.entity), [table_of(card) for card in cards]
    joined = (
        _alerts_for(bindparam("me"))
        .outerjoin(_ACTOR, _ACTOR.c.id == id_text_in_sql(EVENT.account))
        .outerjoin(table_of(Search), _S.id == _A.board)
        .outerjoin(table_of(Note), and_(EVENT.kind == Note.KIND, _N.id == entity))
    )
    for table in tables:
        joined = joined.outerjoin(table, table.c.id == func.coalesce(_N.card, entity))
    return (
        core_select(
            _A.board, _A.seq, _A.at, _A.kind, EVENT.type, EVENT.kind.label("noun"), EVENT.entity, EVENT.account.label("actor"),
            _ACTOR.c.name.label("actor_name"), _S.reference, _R.account.is_not(None).label("read"),
            *(table.c[name].label(f"{name}_{table.name}") for table in tables for name in ("id", "number")),
            case((_A.kind.in_(("sighting", "status", "handover")), EVENT.body)).label("body"), WHOLE,
        )
        .select_from(joined.outerjoin(table_of(AlertRead), _IS_READ))
        .where(_ME.c.id == bindparam("me"), or_(EVENT.account.is_(None), EVENT.account != bindparam("own")))
        .where(_A.kind.in_(bindparam("kinds")), _A.board.not_in(bindparam("hidden")), entity.not_in(bindparam("hidden")))
        .order_by(_A.at.desc(), _A.board, _A.seq.desc())
        .limit(bindparam("limit"))
    )  # fmt: skip


_ADD = BulkWrite.insert("alert", {"board": "text", "seq": "bigint", "kind": "text", "account": "text", "at": "text"})
_FORGET = delete(AlertRead).where(_R.account == bindparam("account"), _R.at <= bindparam("since"))


def record_alerts(session: Session, change: Change) -> None:
    """Store the alerts about an event. Its author gets none."""
    event, after, fields = change.event, change.after, change.fields
    found: list[tuple[str, str]] = []
    if b"@" in (event.body or b""):
        found = [("mention", account) for account in _mentioned(session, change.before, after, fields, change.reason)]
    if "assignee" in fields and after.get("assignee"):
        found.append(("assigned", after["assignee"]))
    found += change.kind.alerts(session, event, after, fields)
    for kind, account in found:
        if account != event.account:
            row = {"board": event.board, "seq": event.seq, "kind": kind, "account": account, "at": event.at}
            unit_of_work.current(session).write_late(_ADD, (event.board, event.seq, kind, account), row)


def _mentioned(session: Session, before: State, after: State, fields: Collection[str], reason: str | None) -> set[str]:
    now = flatten(after)
    found = mentions.new_mentions(session, _texts(now.get(name) for name in fields), _texts(flatten(before).values()))
    return found | mentions.new_mentions(session, _texts([reason]), ())


def _texts(values: Iterable[Any]) -> Iterator[str]:
    return (each for each in values if isinstance(each, str))


# -- settings -------------------------------------------------------------------------------------------------------------


def settings_of(session: Session, account: str) -> AlertSettings:
    """Return the alert settings of an account, or the defaults."""
    return settings_of_many(session, [account])[account]


def settings_of_many(session: Session, accounts: Collection[str]) -> dict[str, AlertSettings]:
    """Return the alert settings of several accounts, or the defaults."""
    rows = session.exec(select(AlertSettings).where(AlertSettings.account.in_(accounts))) if accounts else ()  # type: ignore[attr-defined]
    return {account: AlertSettings(account=account) for account in accounts} | {row.account: row for row in rows}


def update_settings(
    session: Session, account: str, places: dict[str, str], quiet: bool, alarms: AlarmSignals | None = None
) -> None:
    """Set where alerts of these kinds are shown, and how alarms are signalled (None: unchanged). Raises ValueError if a kind,
    place or sound is unknown."""
    if not set(places) <= set(KINDS) or not set(places.values()) <= set(DELIVERY_MODES):
        raise ValueError(places)
    if alarms and alarms.sound not in ALARM_SOUNDS:
        raise ValueError(alarms)
    bump_alert_version(session, account)
    chosen = session.get_one(AlertSettings, account)
    for kind, place in places.items():
        setattr(chosen, kind, place)
    chosen.quiet = quiet
    if alarms:
        chosen.alarm_sound, chosen.alarm_desktop = alarms


def enabled_kinds(chosen: AlertSettings) -> list[str]:
    """Return the kinds of alerts that an account receives, in order. It always receives alerts about its own security."""
    return [*(kind for kind in KINDS if getattr(chosen, kind) != "off"), SECURITY]


# -- the list -------------------------------------------------------------------------------------------------------------


def retention_cutoff(now: datetime) -> str:
    """Return the time up to which alerts are too old to be listed."""
    return format_utc(now - RETENTION)


def list_alerts(session: Session, account: str, now: datetime) -> list[Alert]:
    """Return the newest alerts of an account, one for each event."""
    chosen, hidden = settings_of(session, account), snapshot.hidden_searches(session, account)
    asked = {
        "me": account, "own": id_bytes(account), "since": retention_cutoff(now), "kinds": enabled_kinds(chosen),
        "hidden": list(hidden), "limit": MAX_LISTED * len(KINDS),
    }  # fmt: skip
    cards: Any = tuple(kind.model for kind in kinds.cards())
    found: dict[Key, Row[Any]] = {}
    for row in session.connection().execute(_list_statement(cards), asked):
        known = found.get((row.board, row.seq))
        if known is None or KINDS.index(row.kind) < KINDS.index(known.kind):
            found[row.board, row.seq] = row
    listed = [_to_json(row, chosen) for row in list(found.values())[:MAX_LISTED]]
    _add_children(session, listed, hidden)
    _add_places(session, listed)
    listed += security_alerts.list_alerts(session, account, retention_cutoff(now), hidden, MAX_LISTED, desktop=not chosen.quiet)
    return sorted(listed, key=lambda each: str(each["at"]), reverse=True)[:MAX_LISTED]


def _add_children(session: Session, listed: list[Alert], hidden: Collection[str]) -> None:
    """Add the child of the search, such as "Mila B., 6". If the account may see other searches with the same reference, also add
    the first name."""
    named = {each["reference"] for each in listed} - {None}
    asked = select(Search.id, Search.reference, Search.person).where(col(Search.reference).in_(named))
    seen = {id: (reference, person) for id, reference, person in session.exec(asked) if id not in hidden}
    times = Counter(reference for reference, _ in seen.values())
    for each in listed:
        if each["board"] in seen:
            reference, person = seen[each["board"]]
            each["child"] = short_name(person)
            if times[reference] > 1:
                each["first_name"] = person["first_name"]


def short_name(person: Mapping[str, Any]) -> str:
    """Return the first name, the initial of the last name, and the age: "Mila B., 6"."""
    first, last, age = person["first_name"], (person.get("last_name") or "").strip(), person.get("age")
    name = f"{first} {last[0].upper()}." if last else first
    return name if age is None else f"{name}, {age}"


def _add_places(session: Session, listed: list[Alert]) -> None:
    """Add the place of the sighting that an alert is about."""
    about = {each["card"]["id"] for each in listed if each["card"]}
    asked = select(Sighting.id, Sighting.place).where(col(Sighting.id).in_(about))
    places = {id: place["text"] for id, place in session.exec(asked) if place and place["text"]}
    for each in listed:
        if each["card"] and each["card"]["id"] in places:
            each["place"] = places[each["card"]["id"]]


def _to_json(row: Row[Any], chosen: AlertSettings) -> Alert:
    payload = stored_payload.load(row.body, row.whole)
    state = payload.get("state") or {}
    handed = row.kind == "handover"
    return {
        "board": row.board,
        "reference": row.reference,
        "seq": row.seq,
        "at": row.at,
        "kind": row.kind,
        "type": row.type,
        "actor": {"id": id_text(row.actor), "name": row.actor_name} if row.actor else None,
        "entity": {"kind": row.noun, "id": id_text(row.entity)},
        "card": _card(row),
        "value": state.get({"status": "status", "sighting": "assessment"}.get(row.kind)),
        "acknowledge": payload.get("acknowledge"),
        "reason": payload.get("reason") if handed else None,
        "handover": state.get("number" if row.noun == "handover" else "handover") if handed else None,
        "read": bool(row.read),
        "desktop": not chosen.quiet and getattr(chosen, row.kind) == "desktop",
    }


def _card(row: Row[Any]) -> AlertCard | None:
    """Return the card that an event is about, or that a note is on."""
    found = row._mapping
    for kind in kinds.cards():
        table = kind.model.__tablename__
        if found[f"id_{table}"] is not None:
            return {"kind": kind.name, "id": found[f"id_{table}"], "number": found[f"number_{table}"]}
    return None


def unread(session: Session, accounts: Iterable[str], now: datetime) -> dict[str, dict[Key, Unread]]:
    """Return the unread alerts of each account, on all boards and of all kinds."""
    found: dict[str, dict[Key, Unread]] = {account: {} for account in accounts}
    if found:
        asked = {"people": list(found), "since": retention_cutoff(now)}
        for row in session.connection().execute(_UNREAD, asked):
            add_reason(found[row.account], (row.board, row.seq), row.at, row.kind, id_text(row.entity))
        for row in security_alerts.unread(session, found.keys(), retention_cutoff(now)):
            add_reason(found[row.account], (OWN_ACCOUNT, row.number), row.at, SECURITY, OWN_ACCOUNT)
    return found


def add_reason(to: dict[Key, Unread], key: Key, at: str, kind: str, entity: str) -> None:
    """Add a reason to the alert of an event."""
    before = to.get(key)
    to[key] = Unread(at, (before.kinds if before else frozenset()) | {kind}, entity)


def visible_unread(session: Session, account: str, now: datetime) -> dict[Key, Unread]:
    """Return the unread alerts that an account may see and has not switched off."""
    kinds, hidden = enabled_kinds(settings_of(session, account)), snapshot.hidden_searches(session, account)
    all = unread(session, [account], now)[account]
    shown = {key: each for key, each in all.items() if hidden.isdisjoint({key[0], each.entity})}
    return {key: each for key, each in shown.items() if not each.kinds.isdisjoint(kinds)}


def mark_read(session: Session, account: str, now: datetime, keys: Collection[Key] | None, *, may_mark_security: bool) -> int:
    """Mark alerts as read (None: all), and return how many remain unread. Skips unknown keys and, without `may_mark_security`,
    alerts about the account's security: a token must not hide the alert about itself."""
    bump_alert_version(session, account)
    left = visible_unread(session, account, now)
    allowed = [key for key in left if may_mark_security or key[0] != OWN_ACCOUNT]
    done = [key for key in allowed if keys is None or key in keys]
    if done:
        rows = [{"account": account, "board": board, "seq": seq, "at": left[board, seq].at} for board, seq in done]
        session.connection().execute(insert(AlertRead), rows)
    session.connection().execute(_FORGET, {"account": account, "since": retention_cutoff(now)})
    return len(left) - len(done)
