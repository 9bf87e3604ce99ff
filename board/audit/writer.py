"""Writer of the audit journal: adds entries in the transaction of the change that they record.

The audit board is locked last, after all other writes of the transaction, so that its lock is short and causes no deadlock.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from board.audit import actor as actors
from board.audit import security_alerts
from board.audit.actor import Actor
from board.audit.entries import Attempt, Entry
from board.engine import journal, unit_of_work
from models.board import AUDIT, AUDIT_NUMBER, Board
from models.db.transaction import after_commit
from models.ids import new_epoch
from models.times import format_utc, now

log = structlog.get_logger()

_MAKE = insert(Board).values(id=AUDIT, number=AUDIT_NUMBER, kind=AUDIT).on_conflict_do_nothing(index_elements=["id"])


def write(
    session: Session, entry: Entry, *, by: Actor | None = None, also_alerts: Iterable[str] = (), logged: bool = True
) -> None:
    """Write an entry at the end of this transaction, and log it after the commit.

    `by`: actor, by default that of the session. `also_alerts`: accounts to alert besides the entry's account.
    """
    unit_of_work.current(session).changes += 1  # a refusal after this must roll back
    actor = by or actors.current(session)
    unit_of_work.current(session).final_steps.append(partial(_append, entry, actor, frozenset(also_alerts)))
    if logged and actor.kind != "command_line":  # the command line has no log; it prints its results
        after_commit(session, partial(log_entry, entry, actor))


def lock_audit_board(session: Session) -> Board:
    """Lock the audit board until the transaction ends, create it if needed, and return it. It must be the last lock."""
    board = unit_of_work.lock_board(session, AUDIT)
    if board is None:
        session.connection().execute(_MAKE, {"epoch": new_epoch(), "at": format_utc(now())})
        board = unit_of_work.lock_board(session, AUDIT)
    assert board is not None
    return board


def log_entry(entry: Entry, actor: Actor) -> None:
    """Log the ids and codes of an entry, and the address of a failed sign-in, so that other tools can block it."""
    ids = {entry.KIND: entry.id, "by": actor.id, "token": actor.token or getattr(entry, "token", None)}
    values: dict[str, Any] = {name: value for name, value in ids.items() if value}
    if isinstance(entry, Attempt) and entry.TYPE.startswith("sign_in."):
        values["address"] = entry.address
    codes = {name: getattr(entry, name, None) for name in entry.CODES}
    values |= {name: value for name, value in codes.items() if value is not None}
    if (count := getattr(entry, "count", 1)) != 1:
        values["count"] = count
    (log.warning if entry.WARNS else log.info)(entry.TYPE, **values)


def _append(entry: Entry, actor: Actor, also_alerts: frozenset[str], session: Session) -> None:
    board = lock_audit_board(session)
    payload = {"actor": actor.body()} | entry.payload()
    event = journal.append(session, board, entry.TYPE, entry.KIND, entry.id, actor.id, format_utc(now()), payload)
    for account in sorted(_accounts_to_alert(entry, actor) | also_alerts - {actor.id}):
        security_alerts.record(session, account, event)


def _accounts_to_alert(entry: Entry, actor: Actor) -> set[str]:
    """Return the account to alert, if any. No alert is about the account's own action, or one by the server. None is about an
    unknown person either: they used a one-time link, about which the account was alerted when it was made."""
    quiet = actor.kind in ("nobody", "server") or actor.id == entry.id or getattr(entry, "first", False)
    return {entry.id} if entry.ALERTS and not quiet else set()
