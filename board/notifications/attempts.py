"""Rows of notifications as the senders of all processes share them: which are due, who tries one now, and what became of it.

A sender claims a row before each try, in a transaction: no two processes try the same one at the same time. Who dies leaves a
claim that ends. The receiver has it exactly once if it answers in time; where that can't be known, it is sent again with the
same id.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import JSON, Row, text
from sqlmodel import Session, select

from board.engine import access, kinds
from board.i18n import DEFAULT
from board.notifications.notice import EMAIL, WEBHOOK, Notice
from board.telemetry.processing import MAX_TRIES
from models.accounts import ROLES
from models.board import OPERATIONS
from models.ids import new_id
from models.times import format_utc, parse_utc

TRY_S = 15.0  # time of one try
CLAIM = timedelta(seconds=TRY_S + 15)  # room for what comes before and after it
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=24)
UNUSED_AFTER = timedelta(minutes=10)  # then a way that no setting has is given up; other processes may have newer settings
MAX_UNUSED = 250  # rows at once

NOT_NEEDED, NO_ACCESS, NOT_CONFIGURED, TOO_LATE = "not_needed", "no_access", "not_configured", "too_late"
STOPS_SERVER = "stops_server"  # processes ended while they composed it
FOR_A_REASON = (NOT_NEEDED, NO_ACCESS, NOT_CONFIGURED)  # ended without a try that failed

NOBODY = ""  # in place of an account that is a member of a search

Clock = Callable[[], datetime]

# A clock that was set back must not hold a row for longer than a pause, or two claims. (A claim may end after one that begins
# now would: by another process, which read its clock later and had the row first.)
_WAITS = "next_try_at IS NOT NULL AND (next_try_at <= :now OR next_try_at > :latest)"
_FREE = "(claimed_until IS NULL OR claimed_until <= :now OR claimed_until > :latest_claim)"
_DUE = text(
    f"SELECT id, poison FROM notification WHERE {_WAITS} AND {_FREE} AND way = :way AND account IN (:account, :only) "  # noqa: S608
    "ORDER BY tries, next_try_at, id LIMIT :limit"  # new ones first: those that fail must not delay them
)
_DUE_EMAILS = text(
    f"SELECT id, poison FROM notification WHERE {_WAITS} AND {_FREE} AND way = 'email' "  # noqa: S608
    "ORDER BY tries, next_try_at, id LIMIT :limit"
)
_UNSPREAD = text("SELECT id FROM notification WHERE next_try_at IS NOT NULL AND way = 'webhook' AND account = '' LIMIT :limit")
_OLD = text("SELECT id, way, account FROM notification WHERE next_try_at IS NOT NULL AND created_at <= :before LIMIT :limit")
_CLAIM = text(
    "UPDATE notification SET claimed_until = :until, tries = tries + 1, poison = poison + 1 "  # noqa: S608
    f"WHERE id = :id AND next_try_at IS NOT NULL AND {_FREE}"
)
_FACTS = text(
    "SELECT n.*, a.raised_at, a.rule, a.occasion, a.about, a.handed_on, a.taken_by, a.ended_at, p.email, p.language, p.enabled, "
    "p.role, s.reference, s.access, s.members FROM notification n LEFT JOIN alarm a ON a.id = n.alarm "
    "LEFT JOIN account p ON p.id = n.account AND n.way = 'email' LEFT JOIN search s ON s.id = n.board WHERE n.id = :id"
).columns(about=JSON, handed_on=JSON, members=JSON)
_SPREAD = text("UPDATE notification SET account = :account WHERE id = :id AND account = '' AND next_try_at IS NOT NULL")
_SPREAD_MORE = text(
    "INSERT INTO notification (id, board, alarm, step, way, account, created_at, next_try_at, tries, failed) "
    "SELECT :new, board, alarm, step, way, :account, created_at, created_at, 0, '' FROM notification WHERE id = :id "
    "ON CONFLICT (alarm, step, way, account) DO NOTHING"
)
_SENT = text(
    "UPDATE notification SET sent_at = :at, next_try_at = NULL, claimed_until = NULL, failed = '' "
    "WHERE id = :id AND sent_at IS NULL"
)
_AGAIN = text(
    "UPDATE notification SET next_try_at = :at, claimed_until = NULL, failed = :code, poison = 0 "
    "WHERE id = :id AND next_try_at IS NOT NULL AND tries = :tries"  # a later try is another sender's, and under way
)
_CLEAR = text("UPDATE notification SET poison = 0 WHERE id = :id")
_END = text(
    "UPDATE notification SET next_try_at = NULL, claimed_until = NULL, failed = :code WHERE id = :id AND next_try_at IS NOT NULL"
)
_SERVER_CLOCK = text("SELECT clock_timestamp()")


class Receiver(NamedTuple):
    """Way out with as many free places. `account` is the key of a webhook; of e-mails it is empty."""

    way: str
    account: str
    free: int


class Due(NamedTuple):
    """Rows to work on: those to claim, webhooks to spread over several receivers, and those of ways that are not set."""

    claim: list[str]
    spread: list[str]
    unused: list[str]

    def __bool__(self) -> bool:
        return any(self)


class Claimed(NamedTuple):
    """Result of claiming: the notices to send now, and the rows that ended instead, by id, way and code."""

    notices: list[Notice]
    ended: list[tuple[str, str, str]]


def due(session: Session, at: datetime, receivers: Collection[Receiver], busy: Collection[str]) -> Due:
    """Return what is due, without those that this process is sending."""
    connection = session.connection()
    named = {"now": format_utc(at), "latest": format_utc(at + MAX_PAUSE), "latest_claim": format_utc(at + 2 * CLAIM)}
    hooks = [each.account for each in receivers if each.way == WEBHOOK]
    found: list[str] = []
    suspects: list[str] = []
    for each in receivers:
        limit = named | {"limit": each.free + len(busy)}
        # with one webhook, its rows keep the empty account
        where = {"way": each.way, "account": each.account, "only": "" if len(hooks) == 1 else each.account}
        rows = connection.execute(_DUE_EMAILS, limit) if each.way == EMAIL else connection.execute(_DUE, limit | where)
        free = [row for row in rows if row.id not in busy][: each.free]
        found += [row.id for row in free]
        suspects += [row.id for row in free if row.poison]
    spread = connection.execute(_UNSPREAD, {"limit": MAX_UNUSED}).scalars() if len(hooks) > 1 else ()
    old = connection.execute(_OLD, {"before": format_utc(at - UNUSED_AFTER), "limit": MAX_UNUSED})
    unused = [row.id for row in old if row.id not in busy and not _has_way(row, receivers, hooks)]
    # one at which a process ended is composed alone: if it ends this one, too, no other is suspected
    to_claim = sorted(suspects)[:1] or sorted(found)  # sorted: two processes lock rows in the same order
    return Due(to_claim, sorted(spread), sorted(unused))


def _has_way(row: Row[Any], receivers: Collection[Receiver], hooks: Collection[str]) -> bool:
    if row.way == EMAIL:
        return any(each.way == EMAIL for each in receivers)
    return row.account in hooks or (row.account == "" and bool(hooks))


def work(
    session: Session,
    found: Due,
    clock: Clock,
    hooks: Sequence[str],
    occasions: Mapping[str, str],
    trusted_hooks: Collection[str] = (),
) -> Claimed:
    """Claim what is due, as far as no other process has it, and return it. `occasions` are the rules by their key, with what
    raises them. Only `trusted_hooks` receive alarms of members-only searches."""
    for id in found.spread:
        _spread(session, id, hooks)
    ended = [(id, row.way, NOT_CONFIGURED) for id in found.unused if (row := _end(session, id, NOT_CONFIGURED)) is not None]
    notices = []
    for id in found.claim:
        at = _now(session, clock)
        if not claim(session, id, at):
            continue
        row = session.connection().execute(_FACTS, {"id": id}).one()
        is_trusted = row.way == WEBHOOK and (row.account or hooks[0]) in trusted_hooks
        if (code := _why_not(row, clock(), is_trusted)) is not None:
            _end(session, id, code)
            ended.append((id, row.way, code))
        else:
            notice = Notice(
                row.id, row.board, row.alarm, row.step, row.way, row.account, row.tries, row.created_at, row.raised_at, row.rule,
                row.occasion or occasions.get(row.rule, ""), row.about, row.reference, row.email or "", row.language or DEFAULT,
                _is_assigned(session, row.about),
            )  # fmt: skip
            notices.append(notice)
    return Claimed(notices, ended)


def _is_assigned(session: Session, about: Mapping[str, Any]) -> bool:
    """Return whether the card that an alarm is about has an assignee."""
    kind = kinds.find(about["kind"])
    if kind is None or not kind.is_numbered:
        return False
    model: Any = kind.model
    return session.exec(select(model.assignee).where(model.id == about["id"])).first() is not None


def claim(session: Session, id: str, at: datetime) -> bool:
    """Claim a row for one try; return whether this process has it."""
    named = {"id": id, "now": format_utc(at), "until": format_utc(at + CLAIM), "latest_claim": format_utc(at + 2 * CLAIM)}
    return session.connection().execute(_CLAIM, named).rowcount == 1


def record_composed(session: Session, id: str) -> None:
    """Record that no process ended while it composed a notification."""
    session.connection().execute(_CLEAR, {"id": id})


def record_sent(session: Session, id: str, at: datetime) -> None:
    session.connection().execute(_SENT, {"id": id, "at": format_utc(at)})


def record_failed(session: Session, notice: Notice, code: str, final: bool, at: datetime) -> bool:
    """Record a failed try; return whether it is given up."""
    given_up = final or at - parse_utc(notice.created_at) >= GIVE_UP_AFTER
    if given_up:
        _end(session, notice.id, code)
    else:
        again = {"id": notice.id, "tries": notice.tries, "code": code, "at": format_utc(at + pause_after(notice.tries))}
        session.connection().execute(_AGAIN, again)
    return given_up


def pause_after(tries: int) -> timedelta:
    """Return the time between a failed try and the next one: doubled each time, up to MAX_PAUSE."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, 20)), MAX_PAUSE)


def _now(session: Session, clock: Clock) -> datetime:
    """Return the time by which claims are compared: the clock that all processes share, if the database has one."""
    connection = session.connection()
    return connection.execute(_SERVER_CLOCK).scalar_one() if connection.dialect.name == "postgresql" else clock()


def _why_not(row: Row[Any], now: datetime, is_trusted: bool) -> str | None:
    """Return why a notification is not sent any more, or None. Its alarm may have been taken since, or its receiver have lost the
    right to see it. A webhook that is not trusted has the access of somebody who is a member of no search."""
    if row.poison > MAX_TRIES:
        return STOPS_SERVER
    if row.raised_at is None or row.taken_by is not None or row.ended_at is not None:
        return NOT_NEEDED
    if now - parse_utc(row.created_at) >= GIVE_UP_AFTER:
        return row.failed or TOO_LATE
    if row.way == EMAIL and row.account in row.handed_on:
        return NOT_NEEDED
    viewer = row.account if row.way == EMAIL else NOBODY
    may_see = row.board == OPERATIONS or (row.access is not None and access.can_see(viewer, row.access, row.members))
    may_receive = may_see and row.enabled and row.role in ROLES[1:] if row.way == EMAIL else may_see or is_trusted
    return None if may_receive else NO_ACCESS


def _end(session: Session, id: str, code: str) -> Row[Any] | None:
    connection = session.connection()
    if connection.execute(_END, {"id": id, "code": code}).rowcount != 1:
        return None
    return connection.execute(text("SELECT way FROM notification WHERE id = :id"), {"id": id}).one()


def _spread(session: Session, id: str, hooks: Collection[str]) -> None:
    """Make a row for each of several webhooks out of the one of a step."""
    first, *more = hooks
    if session.connection().execute(_SPREAD, {"id": id, "account": first}).rowcount == 1:
        for each in more:
            session.connection().execute(_SPREAD_MORE, {"id": id, "new": new_id(), "account": each})
