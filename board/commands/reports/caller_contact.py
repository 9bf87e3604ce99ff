"""Caller of a report as a contact of the search that the report is opened as, or joined to."""

import re

from board import labels
from board.commands.contacts import contacts
from board.commands.contacts.details import ContactDetails
from board.engine.event_writer import EventWriter
from board.engine.unreadable import require_readable
from board.errors import Refused, validated
from board.i18n import N_, gettext_for
from models.contact import MAX_PHONES
from models.entity import State
from models.missing_report import MissingReport

ROLES = {"mother": "parent", "father": "parent", "police": "police_zone"}  # the other callers are roles of contacts too
CALLER = N_("Caller")
_PARTS = re.compile(r"[,;\n]")


def add(on_search: EventWriter, row: MissingReport) -> None:
    """Add the caller to the contacts of a search, if the report says who or where it is, and there is room.

    Raises Refused `unavailable` if it cannot be read.
    """
    require_readable(row, ("source_name", "source_contact"))
    if not (row.source_name or row.source_contact) or contacts.is_full(on_search):
        return
    translate = gettext_for((on_search.account.language if on_search.account is not None else "") or "en")
    relation = labels.value("caller_role", "report", row.caller_role, translate)
    values: State = {"name": row.source_name or relation or translate(CALLER)}
    values |= {"role": ROLES.get(row.caller_role or "other", row.caller_role or "other"), "relation": relation}
    contacts.add(on_search, validated(contacts.AddContact, values | details(row.source_contact or "")))


def details(text: str) -> State:
    """Return the details in a text that a person typed. What is neither a number nor an e-mail address becomes the note."""
    found: State = {"phones": []}
    for part in parts(text):
        if _accepts({"phones": [{"number": part}]}):
            found["phones"].append({"number": part})
        elif "email" not in found and _accepts({"email": part}):
            found["email"] = part
        else:
            return {"note": text}
    return found if len(found["phones"]) <= MAX_PHONES else {"note": text}


def parts(text: str) -> list[str]:
    """Return the numbers and addresses in a text that a person typed, as they are separated."""
    return [part for part in map(str.strip, _PARTS.split(text)) if part]


def _accepts(values: State) -> bool:
    try:
        validated(ContactDetails, values)
    except Refused:
        return False
    return True
