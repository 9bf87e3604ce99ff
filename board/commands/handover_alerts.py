"""Recipients of alerts about a shift and its handover: outgoing and incoming coordinator, the one who prepared it, and keepers
of searches."""

from collections.abc import Collection

from sqlalchemy import text
from sqlmodel import Session

from board.engine.event import JournalEvent
from models.entity import State

KIND = "handover"
_ENDED = ("handover.accepted", "handover.refused", "handover.withdrawn")
_MAY_ACCEPT = text("SELECT id FROM account WHERE enabled AND role IN ('coordinator', 'admin')")


def recipients(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> set[str]:
    """Return the accounts to alert. A signature alerts the incoming coordinator, or everybody who may accept if none is named."""
    if event.type == "handover.signed":
        return {after["incoming"]} if after["incoming"] else _may_accept(session) - {after["outgoing"]}
    if event.type in _ENDED:
        return {after[name] for name in ("outgoing", "prepared_by", "incoming")} - {None}
    if event.type == "shift.taken":
        return {after["before"]} - {None}
    if event.type == "handover.written" and not {"keeper", "handover"}.isdisjoint(fields):  # each handover asks its keepers again
        return {after["keeper"]} - {None}
    return set()


def _may_accept(session: Session) -> set[str]:
    return set(session.connection().execute(_MAY_ACCEPT).scalars())


def number(noun: str, state: State) -> int | None:
    """Return the number of the handover that an event is about; None if a shift was taken."""
    found: int | None = state.get("number" if noun == "handover" else "handover")
    return found
