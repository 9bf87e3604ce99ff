"""Contacts of a search: adding, correcting and withdrawing them, and logging calls with them."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlmodel import Session

from board.commands import past_times
from board.commands.command import Patch
from board.commands.contacts import details, due_calls
from board.commands.contacts.details import ContactDetails
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind, UndoRules
from board.errors import Refused, invalid
from board.i18n import N_, P_
from models.contact import Call, Contact, Result
from models.db import rows
from models.db.tables import columns_of
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id, RequiredLongText, Time
from models.ids import new_id
from models.note import Note
from models.occasion import ByTime, Occasion

MAX_CONTACTS = 200  # per search, including withdrawn ones

_COUNT = select(func.count()).where(columns_of(Contact).board == bindparam("board"))
Fields: Any = data_of(Contact)


class AddContact(Fields, ContactDetails):  # type: ignore[misc]  # the fields that the row declares
    """Add a contact. Its fields are the fields of the kind `contact`, and its details."""


class UpdateContact(Patch):
    """Change a contact by a merge patch on its fields and details."""

    contact: Id


class WithdrawContact(Data):
    """Withdraw a contact that is wrong or no longer needed, or restore it."""

    contact: Id


class LogCall(Data):
    """Log a call with a contact. It adds a note of the category `contact`, with its `call`, and sets `last_call`, `next_call` and
    `assignee` of the contact.

    `incoming`: whether the contact called.
    `text`: what was said and agreed.
    `happened_at`: by default, now; at most 5 minutes in the future.
    `next_call`: when the next call is due; null for none.
    `assignee`: account that makes the next call; by default, the author.
    """

    contact: Id
    result: Result
    incoming: bool = False
    text: RequiredLongText
    happened_at: Time | None = None
    next_call: Time | None = None
    assignee: Id | None = None


def add(writer: EventWriter, data: AddContact) -> None:
    """Add a contact to the writer's search. Raises Refused `too_large` if it has MAX_CONTACTS."""
    writer.require_person(data.assignee, "assignee")
    if is_full(writer):
        raise Refused("too_large")
    values = _cleared(data.model_dump())
    values |= {"id": new_id(), "board": writer.board.id, "number": _count(writer) + 1}
    values |= {"details_kept": details.has_details(values)}
    writer.create(rows.new_row(Contact, values), "contact.added")


def is_full(writer: EventWriter) -> bool:
    """Return whether the writer's search has MAX_CONTACTS."""
    return _count(writer) >= MAX_CONTACTS


def _count(writer: EventWriter) -> int:
    number: int = unit_of_work.execute(writer.session, _COUNT, {"board": writer.board.id}).scalar_one()
    return number


def update(writer: EventWriter, data: UpdateContact) -> None:
    """Correct a contact. Its details are stored with their former values, but are not in the event."""
    patch, changed_details = details.split(data)
    row, values = writer.find_patched(Contact, data.contact, "contact", Fields, patch, blank={"name": "-"})
    if values["assignee"] != row.assignee:
        writer.require_person(values["assignee"], "assignee")
    apply_values(writer, row, _cleared(values) | changed_details)


def apply_values(writer: EventWriter, row: Contact, values: State, undoes: int | None = None) -> None:
    """Set fields and details of a contact. Stores the former details if new ones are set."""
    former = details.former(row)
    values = values | {"details_kept": details.has_details(values, row.details_kept)}
    if writer.update(row, "contact.updated", values, undoes=undoes) and former.keys() & values.keys():
        details.keep_earlier(writer, row, former)


def withdraw(writer: EventWriter, data: WithdrawContact) -> None:
    """Withdraw a contact. Its calls stay in the log."""
    writer.update(writer.find(Contact, data.contact, "contact"), "contact.withdrawn", {"withdrawn": True})


def restore(writer: EventWriter, data: WithdrawContact) -> None:
    """Restore a withdrawn contact."""
    writer.update(writer.find(Contact, data.contact, "contact"), "contact.restored", {"withdrawn": False})


def log_call(writer: EventWriter, data: LogCall) -> None:
    """Log a call with a contact, as a note, and plan the next one."""
    row = writer.find(Contact, data.contact, "contact")
    if row.withdrawn:
        raise invalid("contact", N_("This contact was withdrawn."))
    if data.happened_at is not None:
        past_times.check(writer, "happened_at", data.happened_at)
    writer.require_person(data.assignee, "assignee")
    at = data.happened_at or writer.now
    assignee = (data.assignee or writer.account_id) if data.next_call is not None else None
    next_call: State = {"next_call": data.next_call, "assignee": assignee}
    call = Call(contact=row.id, result=data.result, incoming=data.incoming, next_call=data.next_call, assignee=assignee)
    note = {"text": data.text, "category": "contact", "happened_at": at, "call": call.model_dump()}
    writer.create(rows.new_row(Note, note | {"id": new_id(), "board": writer.board.id}), "note.added")
    last_call = {"at": at, "by": writer.account_id, "result": data.result, "incoming": data.incoming}
    is_newest = row.last_call is None or row.last_call["at"] <= at
    values = next_call | ({"last_call": last_call} if is_newest else {})
    writer.update(row, "contact.called", values, conflicts=False)


def _cleared(values: State) -> State:
    """Return the values, with null instead of empty lists."""
    return values | {name: values[name] or None for name in ("languages", "phones") if name in values}


# -- undo, alarms and declaration ---------------------------------------------------------------------------------------


def _withheld(writer: EventWriter, row: Contact, event: JournalEvent) -> State:
    """Return the details before an event, if it set any. Raises Refused `invalid` if they are no longer kept."""
    names = event.payload().get("private", [])
    if not names:
        return {}
    former = details.details_before(row, event.seq)
    if former is None:
        raise invalid("seq", N_("This cannot be undone."))
    return {name: former[name] for name in names}


def _apply_undo(writer: EventWriter, row: Contact, event: JournalEvent, values: State) -> None:
    if event.type == "contact.updated":
        apply_values(writer, row, values, undoes=event.seq)
    else:
        writer.update(row, event.type, values, undoes=event.seq)


def _alarms(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, bool]]:
    """Yield whether the next call is already due. `due_calls.find` finds the calls that become due later."""
    if not {"next_call", "withdrawn"}.isdisjoint(fields):
        yield "call_due", due_calls.is_due(after, event.at)


KIND = Kind(
    model=Contact,
    title=P_("a person", "Contact"),
    plural=N_("Contacts"),
    title_field="name",
    data=AddContact,
    events={
        "contact.added": EventSpec(N_("Contact added"), "contact.add"),
        "contact.updated": EventSpec(N_("Contact changed"), "contact.update", undoable=True),
        "contact.assigned": EventSpec(N_("Call assigned"), "contact.update", undoable=True),
        "contact.called": EventSpec(N_("Call logged"), "contact.log"),
        "contact.withdrawn": EventSpec(N_("Contact withdrawn"), "contact.withdraw", undoable=True),
        "contact.restored": EventSpec(N_("Contact restored"), "contact.restore", undoable=True),
    },
    counted=False,
    undo=UndoRules(withheld=_withheld, apply=_apply_undo),
    occasions={
        "call_due": Occasion(
            N_("Call due"), N_("Call to contact {number} due"), P_("alarm, short", "Call due"),
            page="/searches/{board}?contact={id}#log", rule="call_due", by_responsible="skip", while_found=True,
            by_time=ByTime(due_calls.find, due_calls.recheck),
        ),
    },
    alarms=_alarms,
    alarming=lambda contact: and_(~contact.withdrawn, contact.next_call.is_not(None)),
    reported=lambda contact, due_before: and_(~contact.withdrawn, contact.next_call < due_before),
)  # fmt: skip
