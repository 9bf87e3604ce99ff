"""Writer of the audit journal: adds entries in the transaction of the change that they record.

The audit board is locked last in the transaction, after everything else is written, so it is locked briefly and without
deadlocks.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import structlog
from sqlalchemy import text
from sqlmodel import Session

from board.audit import actor as actors
from board.audit import security_alerts
from board.audit.actor import Actor
from board.audit.entries import Attempt, Entry
from board.engine import journal, unit_of_work
from models.board import AUDIT, AUDIT_NUMBER, Board
from models.db.database import Database
from models.db.transaction import after_commit
from models.ids import new_epoch
from models.times import format_utc, now

log = structlog.get_logger()

_MAKE = text(
    "INSERT INTO board (id, number, kind, epoch, seq, at, last_type, head, cards, entities) "
    "VALUES (:id, :number, :id, :epoch, 0, :at, '', :head, 0, 0) ON CONFLICT (id) DO NOTHING"
)


def write(
    session: Session, entry: Entry, *, by: Actor | None = None, also_alerts: Iterable[str] = (), logged: bool = True
) -> None:
    """Write an entry at the end of this transaction, and log it after the commit.

    `by` is the actor, by default that of the session. `also_alerts` are accounts to alert besides the one that the entry is
    about.
    """
    unit_of_work.current(session).changes += 1  # a refusal after this has to roll back
    actor = by or actors.current(session)
    unit_of_work.current(session).final_steps.append(partial(_append, entry, actor, frozenset(also_alerts)))
    if logged and actor.kind != "command_line":  # the command line has no log; it prints what it did
        after_commit(session, partial(log_entry, entry, actor))


async def write_alone(database: Database, entry: Entry, by: Actor) -> None:
    """Write an entry in a transaction of its own. Raise DatabaseUnavailable."""
    await database.write(lambda session: write(session, entry, by=by))


def lock_audit_board(session: Session) -> Board:
    """Return the audit board with its row locked until the transaction ends, creating it if needed. Nothing else may be locked
    after it."""
    board = unit_of_work.lock_board(session, AUDIT)
    if board is None:
        row = {"id": AUDIT, "number": AUDIT_NUMBER, "epoch": new_epoch(), "at": format_utc(now()), "head": b""}
        session.connection().execute(_MAKE, row)
        board = unit_of_work.lock_board(session, AUDIT)
    assert board is not None
    return board


def log_entry(entry: Entry, actor: Actor) -> None:
    """Log an entry: ids and codes, and for failed sign-ins the address, so that other tools can block it."""
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
    """Return the account to alert. Nobody is alerted about their own action, nor about one by nobody known (the making of a link
    has alerted already) or by the server."""
    quiet = actor.kind in ("nobody", "server") or actor.id == entry.id or getattr(entry, "first", False)
    return {entry.id} if entry.ALERTS and not quiet else set()
