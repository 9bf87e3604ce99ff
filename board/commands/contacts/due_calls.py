"""Calls that are due: the occasion of an alarm about a contact."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, literal_column, or_, select
from sqlmodel import Session

from board.config.alarm_rules import Rule
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from models.alarm import Alarm
from models.contact import Contact
from models.db.tables import columns_of
from models.entity import State
from models.search import Search
from models.times import format_utc

_C, _S, _A = columns_of(Contact), columns_of(Search), columns_of(Alarm)
_DUE = (
    select(_C.board, _C.id, _C.next_call)
    .where(_S.id == _C.board, _S.status.in_(("open", "found")))
    # text: SQLite uses the partial index `contact_due` only if its condition is repeated without parameters
    .where(literal_column("contacts.next_call IS NOT NULL AND NOT contacts.withdrawn"))
    .where(_C.next_call > bindparam("since"), _C.next_call <= bindparam("until"))
    .where(
        ~exists().where(
            _A.board == _C.board,
            _A.rule == bindparam("rule"),
            _A.entity == _C.id,
            or_(_A.cause == _C.next_call, _A.ended_at.is_(None)),
        )
    )
    .order_by(_C.next_call)
    .limit(bindparam("limit"))
)


def find(session: Session, rule: Rule, since: datetime, until: datetime) -> Iterable[Any]:
    """Return the calls that became due in a period and have no alarm, as (board, contact, due time)."""
    period = {"since": format_utc(since), "until": format_utc(until)}
    return session.connection().execute(_DUE, period | {"rule": rule.key, "limit": occasions.MAX_FOUND})


def recheck(writer: EventWriter, rule: Rule, id: str, due: str) -> tuple[Contact, str] | None:
    """Return the contact and its due time, if the call is still due."""
    contact = unit_of_work.get(writer.session, Contact, id)
    if contact is None or contact.next_call != due or not is_due(contact.state(), writer.now):
        return None
    return contact, due


def is_due(contact: State, at: str) -> bool:
    """Return whether a contact is not withdrawn and has a call that was due at `at` or earlier."""
    return bool(contact["next_call"]) and not contact["withdrawn"] and contact["next_call"] <= at
