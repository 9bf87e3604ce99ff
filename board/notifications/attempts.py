"""Rows of notifications, which the senders of all processes share: due ones, claims, and results.

A sender claims a row in a transaction before each try, so that no two processes try it at the same time. The claim of a killed
process expires. A receiver that answers in time gets a notification exactly once; otherwise it is sent again with the same id.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, String, and_, bindparam, func, or_, update
from sqlalchemy import select as core_select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from board.engine import access, kinds
from board.i18n import DEFAULT
from board.notifications.notice import EMAIL, WEBHOOK, Notice
from board.notifications.security_notice import SecurityNotice
from board.telemetry.processing import MAX_TRIES
from models.accounts import ROLES, Account
from models.alarm import Alarm
from models.board import AUDIT, OPERATIONS
from models.db.tables import columns_of, table_of
from models.ids import new_id
from models.notification import Notification
from models.search import Search
from models.times import format_utc, parse_utc

TRY_S = 15.0  # time of one try
CLAIM = timedelta(seconds=TRY_S + 15)  # includes the work before and after a try
FIRST_PAUSE, MAX_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=24)
UNUSED_AFTER = timedelta(minutes=10)  # until a row of an unconfigured way is cancelled; other processes may have newer settings
MAX_UNUSED = 250  # rows per transaction

NOT_NEEDED, NO_ACCESS, NOT_CONFIGURED, TOO_LATE = "not_needed", "no_access", "not_configured", "too_late"
STOPS_SERVER = "stops_server"  # composing it killed processes
FOR_A_REASON = (NOT_NEEDED, NO_ACCESS, NOT_CONFIGURED)  # ended without a failed try

NOBODY = ""  # account that is a member of no search

Clock = Callable[[], datetime]

_N, _A, _P, _S = columns_of(Notification), columns_of(Alarm), columns_of(Account), columns_of(Search)
# A clock that was set back must not delay a row for longer than a pause, or two claims. (The claim of another process may end
# later than one that begins now: it may have read its clock later, and locked the row first.)
_WAITS = and_(_N.next_try_at.is_not(None), or_(_N.next_try_at <= bindparam("now"), _N.next_try_at > bindparam("latest")))
_FREE = or_(_N.claimed_until.is_(None), _N.claimed_until <= bindparam("now"), _N.claimed_until > bindparam("latest_claim"))
_ALL_DUE = (
    core_select(_N.id, _N.poison)
    .where(_WAITS, _FREE)
    .order_by(_N.tries, _N.next_try_at, _N.id)  # new ones first, so that failing ones do not delay them
    .limit(bindparam("limit"))
)
_DUE = _ALL_DUE.where(_N.way == bindparam("way"), _N.account.in_((bindparam("account"), bindparam("only"))))
_DUE_EMAILS = _ALL_DUE.where(_N.way == EMAIL)
_UNSPREAD = core_select(_N.id).where(_N.next_try_at.is_not(None), _N.way == WEBHOOK, _N.account == "").limit(bindparam("limit"))
_OLD = (
    core_select(_N.id, _N.way, _N.account)
    .where(_N.next_try_at.is_not(None), _N.created_at <= bindparam("before"))
    .limit(bindparam("limit"))
)
_FACTS: Any = (
    core_select(
        table_of(Notification), _A.raised_at, _A.rule, _A.occasion, _A.about, _A.handed_on, _A.taken_by, _A.lapsed_by,
        _A.ended_at, _P.email, _P.language, _P.enabled, _P.role, _S.reference, _S.access, _S.members,
    )
    .outerjoin_from(table_of(Notification), table_of(Alarm), _A.id == _N.alarm)
    .outerjoin(table_of(Account), and_(_P.id == _N.account, _N.way == EMAIL))
    .outerjoin(table_of(Search), _S.id == _N.board)
    .where(_N.id == bindparam("row"))
)  # fmt: skip
_WAY = core_select(_N.way).where(_N.id == bindparam("row"))
_UPDATE = update(Notification).where(_N.id == bindparam("row"))
_UPDATE_PENDING = _UPDATE.where(_N.next_try_at.is_not(None))
_CLAIM = _UPDATE_PENDING.where(_FREE).values(claimed_until=bindparam("until"), tries=_N.tries + 1, poison=_N.poison + 1)
_SPREAD = _UPDATE_PENDING.where(_N.account == "").values(account=bindparam("hook"))
_COPIED = ("board", "alarm", "step", "round", "way", "created_at")
_SPREAD_MORE = (
    insert(Notification)
    .from_select(
        ["id", "account", "next_try_at", *_COPIED],
        core_select(
            bindparam("new", type_=String()), bindparam("hook", type_=String()), _N.created_at, *(_N[name] for name in _COPIED)
        ).where(_N.id == bindparam("row")),
    )
    .on_conflict_do_nothing(index_elements=["alarm", "step", "round", "way", "account"])
)
_SENT = _UPDATE.where(_N.sent_at.is_(None)).values(sent_at=bindparam("at"), next_try_at=None, claimed_until=None, failed="")
_AGAIN = _UPDATE_PENDING.where(_N.tries == bindparam("try")).values(  # a later try belongs to another sender, and is in progress
    next_try_at=bindparam("at"), claimed_until=None, failed=bindparam("code"), poison=0
)
_CLEAR = _UPDATE.values(poison=0)
_END = _UPDATE_PENDING.values(next_try_at=None, claimed_until=None, failed=bindparam("code"))
_SERVER_CLOCK = core_select(func.clock_timestamp())


class Receiver(NamedTuple):
    """Receiver with free places. `account`: key of a webhook; empty for e-mails."""

    way: str
    account: str
    free: int


class DueRows(NamedTuple):
    """Ids of due rows. `claim`: to send. `spread`: to copy for several webhooks. `unused`: of ways that are not configured."""

    claim: list[str]
    spread: list[str]
    unused: list[str]

    def __bool__(self) -> bool:
        return any(self)


class ClaimResult(NamedTuple):
    """Result of claiming. `notices`: to send now. `ended`: (id, way, code) of rows that ended instead."""

    notices: list[Notice | SecurityNotice]
    ended: list[tuple[str, str, str]]


def due(session: Session, at: datetime, receivers: Collection[Receiver], busy: Collection[str]) -> DueRows:
    """Return the due rows, without those that this process is sending."""
    connection = session.connection()
    params = {"now": format_utc(at), "latest": format_utc(at + MAX_PAUSE), "latest_claim": format_utc(at + 2 * CLAIM)}
    hooks = [receiver.account for receiver in receivers if receiver.way == WEBHOOK]
    ids: list[str] = []
    suspects: list[str] = []
    for receiver in receivers:
        limit = params | {"limit": receiver.free + len(busy)}
        # with one webhook, its rows keep the empty account
        address = {"way": receiver.way, "account": receiver.account, "only": "" if len(hooks) == 1 else receiver.account}
        rows = connection.execute(_DUE_EMAILS, limit) if receiver.way == EMAIL else connection.execute(_DUE, limit | address)
        free = [row for row in rows if row.id not in busy][: receiver.free]
        ids += [row.id for row in free]
        suspects += [row.id for row in free if row.poison]
    spread = connection.execute(_UNSPREAD, {"limit": MAX_UNUSED}).scalars() if len(hooks) > 1 else ()
    old = connection.execute(_OLD, {"before": format_utc(at - UNUSED_AFTER), "limit": MAX_UNUSED})
    unused_ids = [row.id for row in old if row.id not in busy and not _has_way(row, receivers, hooks)]
    # a row that killed a process is composed alone, so that no other is suspected if it kills this one too
    to_claim = sorted(suspects)[:1] or sorted(ids)  # sorted, so that two processes lock rows in the same order
    return DueRows(to_claim, sorted(spread), sorted(unused_ids))


def _has_way(row: Row[Any], receivers: Collection[Receiver], hooks: Collection[str]) -> bool:
    if row.way == EMAIL:
        return any(receiver.way == EMAIL for receiver in receivers)
    return row.account in hooks or (row.account == "" and bool(hooks))


def work(
    session: Session,
    due: DueRows,
    clock: Clock,
    hooks: Sequence[str],
    occasions: Mapping[str, str],
    trusted_hooks: Collection[str] = (),
) -> ClaimResult:
    """Claim the due rows that no other process has claimed, and return their notices.

    `occasions`: occasion of each rule by its key. `trusted_hooks`: webhooks that receive alarms of members-only searches.
    """
    for id in due.spread:
        _spread(session, id, hooks)
    ended_rows = [(id, row.way, NOT_CONFIGURED) for id in due.unused if (row := _end(session, id, NOT_CONFIGURED)) is not None]
    notices: list[Notice | SecurityNotice] = []
    for id in due.claim:
        at = claim_time(session, clock)
        if not claim(session, id, at):
            continue
        row = session.connection().execute(_FACTS, {"row": id}).one()
        is_trusted = row.way == WEBHOOK and (row.account or hooks[0]) in trusted_hooks
        if (code := _why_not(row, clock(), is_trusted)) is not None:
            _end(session, id, code)
            ended_rows.append((id, row.way, code))
        elif _is_security(row):
            language = row.language or DEFAULT
            notices.append(SecurityNotice(row.id, row.way, row.account, row.tries, row.created_at, row.email or "", language))
        else:
            notices.append(_notice_of(session, row, occasions))
    return ClaimResult(notices, ended_rows)


def _notice_of(session: Session, row: Row[Any], occasions: Mapping[str, str]) -> Notice:
    """Return the notice of an alarm."""
    return Notice(
        row.id, row.board, row.alarm, row.step, row.way, row.account, row.tries, row.created_at, row.raised_at, row.rule,
        row.occasion or occasions.get(row.rule, ""), row.about, row.reference, row.email or "", row.language or DEFAULT,
        _is_assigned(session, row.about), row.lapsed_by is not None, row.round,
    )  # fmt: skip


def _is_security(row: Row[Any]) -> bool:
    """Return whether a notification is about the security of the installation, not about an alarm."""
    return bool(row.board == AUDIT)


def _is_assigned(session: Session, about: Mapping[str, Any]) -> bool:
    """Return whether the card of an alarm has an assignee."""
    kind = kinds.find(about["kind"])
    if kind is None or not kind.is_numbered:
        return False
    model: Any = kind.model
    return session.exec(select(model.assignee).where(model.id == about["id"])).first() is not None


def claim(session: Session, id: str, at: datetime) -> bool:
    """Claim a row for one try; return whether it succeeded."""
    params = {"row": id, "now": format_utc(at), "until": format_utc(at + CLAIM), "latest_claim": format_utc(at + 2 * CLAIM)}
    return session.connection().execute(_CLAIM, params).rowcount == 1


def record_composed(session: Session, id: str) -> None:
    """Reset the count of processes that composing a notification has killed."""
    session.connection().execute(_CLEAR, {"row": id})


def record_sent(session: Session, id: str, at: datetime) -> None:
    session.connection().execute(_SENT, {"row": id, "at": format_utc(at)})


def record_failed(session: Session, notice: Notice | SecurityNotice, code: str, final: bool, at: datetime) -> bool:
    """Record a failed try; return whether the notification is cancelled."""
    is_cancelled = final or at - parse_utc(notice.created_at) >= GIVE_UP_AFTER
    if is_cancelled:
        _end(session, notice.id, code)
    else:
        params = {"row": notice.id, "try": notice.tries, "code": code, "at": format_utc(at + pause_after(notice.tries))}
        session.connection().execute(_AGAIN, params)
    return is_cancelled


def pause_after(tries: int) -> timedelta:
    """Return the pause between a failed try and the next one. It doubles each time, up to MAX_PAUSE."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, 20)), MAX_PAUSE)


def claim_time(session: Session, clock: Clock) -> datetime:
    """Return the time for comparing claims: the clock of the database server, if there is one."""
    connection = session.connection()
    return connection.execute(_SERVER_CLOCK).scalar_one() if connection.dialect.name == "postgresql" else clock()


def _why_not(row: Row[Any], now: datetime, is_trusted: bool) -> str | None:
    """Return the code for why a notification is no longer sent, or None.

    Its alarm may have been taken, or its receiver may have lost access. An untrusted webhook has the access of an account that is
    a member of no search.
    """
    if row.poison > MAX_TRIES:
        return STOPS_SERVER
    if _is_security(row):
        is_late = now - parse_utc(row.created_at) >= GIVE_UP_AFTER
        return NO_ACCESS if not row.enabled or row.role != "admin" else (row.failed or TOO_LATE) if is_late else None
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
    if connection.execute(_END, {"row": id, "code": code}).rowcount != 1:
        return None
    return connection.execute(_WAY, {"row": id}).one()


def _spread(session: Session, id: str, hooks: Collection[str]) -> None:
    """Turn the row of a step into one row for each webhook."""
    first, *other_hooks = hooks
    if session.connection().execute(_SPREAD, {"row": id, "hook": first}).rowcount == 1:
        for hook in other_hooks:
            session.connection().execute(_SPREAD_MORE, {"row": id, "new": new_id(), "hook": hook})
