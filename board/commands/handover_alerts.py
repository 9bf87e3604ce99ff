"""Whom an event of the shift, or of its handover, concerns: who hands it over, who prepared it, who is to take it over, and who
is to answer for a search."""

from collections.abc import Collection

from sqlalchemy import text
from sqlmodel import Session

from board.engine.event import JournalEvent
from models.entity import State

KIND = "handover"
_ENDED = ("handover.accepted", "handover.refused", "handover.withdrawn")
_WHO_MAY = text("SELECT id FROM account WHERE enabled AND role IN ('coordinator', 'admin')")


def recipients(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> set[str]:
    """The accounts to be alerted: of a signature who is expected, or whoever may accept where nobody is."""
    if event.type == "handover.signed":
        return {after["incoming"]} if after["incoming"] else _who_may(session) - {after["outgoing"]}
    if event.type in _ENDED:
        return {after[name] for name in ("outgoing", "prepared_by", "incoming")} - {None}
    if event.type == "shift.taken":
        return {after["before"]} - {None}
    if event.type == "handover.written" and not {"keeper", "handover"}.isdisjoint(fields):  # each handover asks anew
        return {after["keeper"]} - {None}
    return set()


def _who_may(session: Session) -> set[str]:
    return set(session.connection().execute(_WHO_MAY).scalars())


def number(noun: str, state: State) -> int | None:
    """The handover that an event is about; none where a shift was taken."""
    found: int | None = state.get("number" if noun == "handover" else "handover")
    return found
