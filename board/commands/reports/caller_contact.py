"""Caller of a report as a contact of its search."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from board.commands.contacts import contacts
from board.engine.event_writer import EventWriter
from board.i18n import N_, gettext_for
from models.contact import EMail, Role
from models.missing_report import MissingReport
from models.telephone import Telephone

NAMELESS = N_("Caller of report {number}")
ROLES: dict[str, Role] = {
    "mother": "parent", "father": "parent", "guardian": "guardian", "family": "family", "facility": "facility",
    "school": "school", "police": "police_zone",
}  # fmt: skip
_PHONE: TypeAdapter[str] = TypeAdapter(Telephone)
_EMAIL: TypeAdapter[str] = TypeAdapter(EMail)


def add(on_search: EventWriter, report: MissingReport) -> None:
    """Add the caller of a report to the contacts of its search. No-op if nobody knows a name or a way to call back."""
    if not (report.source_name or report.source_contact):
        return
    language = (on_search.account.language if on_search.account is not None else "") or "en"
    name = report.source_name or gettext_for(language)(NAMELESS).format(number=report.number)
    role = ROLES.get(report.caller_role or "", "other")
    values = {"name": name, "role": role} | _details(report.source_contact)
    contacts.add(on_search, contacts.AddContact.model_validate(values))


def _details(contact: str | None) -> dict[str, Any]:
    """Return a way to call back as a telephone number or an e-mail address; as a note if it is neither."""
    if contact is None:
        return {}
    if (phone := _checked(_PHONE, contact)) is not None:
        return {"phones": [{"number": phone}]}
    if (email := _checked(_EMAIL, contact)) is not None:
        return {"email": email}
    return {"note": contact}


def _checked(type: TypeAdapter[str], text: str) -> str | None:
    try:
        return type.validate_python(text)
    except ValidationError:
        return None
