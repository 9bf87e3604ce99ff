"""Calls of one search in a handover report: those that are due before the end of the next shift."""

from collections.abc import Iterable

from board.handover.report_types import ReportedCall
from board.history.state_at import EntityAt

MAX_CALLS = 100


def reported_calls(contacts: Iterable[EntityAt], shift_end: str) -> list[ReportedCall]:
    """Return the calls that are due before the end of the next shift, the earliest first."""
    due = [contact for contact in contacts if _is_due(contact, shift_end)]
    return [_call(contact) for contact in sorted(due, key=lambda contact: (contact.state["next_call"], contact.id))[:MAX_CALLS]]


def _is_due(contact: EntityAt, shift_end: str) -> bool:
    due = contact.state["next_call"]
    return due is not None and due < shift_end and not contact.state["withdrawn"]


def _call(contact: EntityAt) -> ReportedCall:
    state = contact.state
    return {
        "id": contact.id, "seq": contact.seq, "number": state["number"], "title": state["name"], "role": state["role"],
        "due": state["next_call"], "assignee": state["assignee"],
    }  # fmt: skip
