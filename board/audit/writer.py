"""Writes entries of the audit journal, in the transaction of what they are about.

The audit board is locked after everything else that the transaction locks, and when all else of it is written: so nobody waits
for it for long, and no two wait for each other.
"""

from collections.abc import Iterable
from functools import partial

import structlog
from sqlalchemy import text
from sqlmodel import Session

from board.audit import actor as actors
from board.audit import security_alerts
from board.audit.actor import Actor
from board.audit.entries import Entry, Repeated
from board.engine import journal, unit_of_work
from models.board import AUDIT, Board
from models.db.database import Database, after_commit
from models.ids import new_epoch
from models.times import format_utc, now

log = structlog.get_logger()

_MAKE = text(
    "INSERT INTO board (id, kind, epoch, seq, at, last_type, head, cards, entities) "
    "VALUES (:id, :id, :epoch, 0, :at, '', :head, 0, 0) ON CONFLICT (id) DO NOTHING"
)


def write(
    session: Session, entry: Entry, *, by: Actor | None = None, also_alerts: Iterable[str] = (), logged: bool = True
) -> None:
    """Writes an entry when all else of this transaction is written; logs it when it is on the disk. `by` is who did it, else who
    acts in this session. `also_alerts` are accounts that are alerted beside the one that the entry is about."""
    unit_of_work.current(session).changes += 1  # who is refused after this must undo it
    actor = by or actors.of(session)
    unit_of_work.current(session).final_steps.append(partial(_append, entry, actor, frozenset(also_alerts)))
    if logged and actor.kind != "command_line":  # which has no log, and says what it did
        after_commit(session, partial(say, entry, actor))


async def write_alone(database: Database, entry: Entry, by: Actor) -> None:
    """Writes an entry of what is read, before it is given. Raises DatabaseUnavailable: then it is not to be given."""
    await database.write(lambda session: write(session, entry, by=by))


def ready(session: Session) -> Board:
    """The audit board, made where there is none yet; its row locked until the transaction ends, in which nothing else is locked
    after it."""
    board = unit_of_work.lock_board(session, AUDIT)
    if board is None:
        made = {"id": AUDIT, "epoch": new_epoch(), "at": format_utc(now()), "head": b""}
        session.connection().execute(_MAKE, made)
        board = unit_of_work.lock_board(session, AUDIT)
    assert board is not None
    return board


def say(entry: Entry, actor: Actor) -> None:
    """A line of the log: ids and codes. An address is said where somebody failed to sign in, for whoever shuts the door to it."""
    ids = {entry.KIND: entry.id, "by": actor.id, "token": actor.token or getattr(entry, "token", None)}
    told = {name: value for name, value in ids.items() if value}
    if isinstance(entry, Repeated) and entry.TYPE.startswith("sign_in."):
        told["address"] = entry.address
    if (reason := getattr(entry, "reason", None)) is not None:
        told["reason"] = reason
    if (count := getattr(entry, "count", 1)) != 1:
        told["count"] = count
    (log.warning if entry.WARNS else log.info)(entry.TYPE, **told)


def _append(entry: Entry, actor: Actor, also_alerts: frozenset[str], session: Session) -> None:
    board = ready(session)
    payload = {"actor": actor.body()} | entry.payload()
    said = journal.append(session, board, entry.TYPE, entry.KIND, entry.id, actor.id, format_utc(now()), payload)
    for account in sorted(_alerted(entry, actor) | also_alerts - {actor.id}):
        security_alerts.record(session, account, said)


def _alerted(entry: Entry, actor: Actor) -> set[str]:
    """Nobody of what they did themselves; nor of what nobody known did (whoever used a link: its making has alerted), or
    Searchboard by itself."""
    quiet = actor.kind in ("nobody", "server") or actor.id == entry.id or getattr(entry, "first", False)
    return {entry.id} if entry.ALERTS and not quiet else set()
