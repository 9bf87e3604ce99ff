"""Details of contacts: telephones, e-mail and note. They are not in any state or event. A separate endpoint reads them, with
their former values, and audits each read."""

from collections.abc import Mapping
from typing import Any, NotRequired

from sqlmodel import Session
from typing_extensions import TypedDict

from board.audit.entries import ContactRead
from board.commands.command import Patch
from board.engine import access
from board.engine.event_writer import EventWriter
from board.engine.identity import Caller, renewed
from board.engine.merge_patch import apply_patch
from board.engine.unreadable import require_readable, unreadable_fields
from board.errors import Refused, not_found
from models import telephone
from models.accounts import ROLES
from models.contact import Contact, EMail, Phones
from models.entity import State
from models.fields import Data, LongText
from models.search import Search
from realtime.wire.wire_types import Count, Id, Time

MAX_EARLIER = 20  # former values of one contact


class ContactDetails(Data):
    """Details of a contact, which are never in a state or event.

    `phones`: at most 5; a patch replaces all of them.
    `email`: an e-mail address.
    `note`: any text, for example when to call.
    """

    phones: Phones | None = None
    email: EMail | None = None
    note: LongText | None = None


NAMES = tuple(ContactDetails.model_fields)
ANSWERED = {name: name for name in (*NAMES, "earlier")}  # fields of the response, by column


def split(data: Patch) -> tuple[State, State]:
    """Return a merge patch without its details, and the validated details."""
    patch = dict(data.model_extra or {})
    given = {name: patch.pop(name) for name in NAMES if name in patch}
    validated = apply_patch(ContactDetails, {}, given)
    return patch, {name: validated[name] or None for name in given}


def has_details(values: Mapping[str, Any], before: bool | None = None) -> bool | None:
    """Return True if the contact has or had any details, otherwise None."""
    return before or any(values.get(name) for name in NAMES) or None


def former(contact: Contact) -> State:
    """Return the current details, by field."""
    return {name: getattr(contact, name) for name in NAMES}


def keep_earlier(writer: EventWriter, contact: Contact, values: State) -> None:
    """Store the former details. Call it directly after the event that set the details."""
    if not has_details(values):
        return
    require_readable(contact, ["earlier"])
    entry = {"seq": contact.seq, "at": writer.now, "account": writer.account.id if writer.account else None, **values}
    writer.set_hidden(contact, {"earlier": [*(contact.earlier or ()), entry][-MAX_EARLIER:]})


def details_before(contact: Contact, seq: int) -> State | None:
    """Return the details before the event `seq`; None if they are no longer kept. Raises Refused if they can't be decrypted."""
    require_readable(contact, ["earlier"])
    return next(({name: entry[name] for name in NAMES} for entry in contact.earlier or () if entry["seq"] == seq), None)


ShownPhone = TypedDict("ShownPhone", {"number": str, "shown": str, "label": str | None})
EarlierDetails = TypedDict("EarlierDetails", {
    "phones": list[ShownPhone], "email": str | None, "note": str | None, "seq": Count, "at": Time, "account": Id | None,
})  # fmt: skip
ContactBody = TypedDict("ContactBody", {
    "phones": list[ShownPhone], "email": str | None, "note": str | None, "unreadable": NotRequired[list[str]],
    "earlier": NotRequired[list[EarlierDetails]],
})  # fmt: skip


def read(session: Session, caller: Caller, board: str, id: str) -> tuple[ContactBody, ContactRead]:
    """Return the details of a contact, with the former ones newest first, and the audit entry, which must be written before the
    response. Current rights apply. Raises Refused if the caller may not read them."""
    current = renewed(session, caller)
    access.get_readable_board(session, current, board)
    if ROLES.index(current.account.role) < ROLES.index("investigator"):
        raise Refused("forbidden")
    row = session.get(Contact, id)
    if row is None or row.board != board:
        raise not_found("contact")
    body: ContactBody = {"phones": _shown(row.phones), "email": row.email, "note": row.note}
    if unreadable := unreadable_fields(row, ANSWERED):
        body["unreadable"] = unreadable
    if row.earlier:
        body["earlier"] = [_earlier(entry) for entry in reversed(row.earlier)]
    entry = ContactRead(id=id, board=board, reference=session.get_one(Search, board).reference, number=row.number)
    return body, entry


def _earlier(entry: Mapping[str, Any]) -> EarlierDetails:
    return {
        "phones": _shown(entry["phones"]), "email": entry["email"], "note": entry["note"], "seq": entry["seq"],
        "at": entry["at"], "account": entry["account"],
    }  # fmt: skip


def _shown(phones: list[dict[str, Any]] | None) -> list[ShownPhone]:
    return [
        {"number": phone["number"], "shown": telephone.shown(phone["number"]), "label": phone["label"]} for phone in phones or ()
    ]
