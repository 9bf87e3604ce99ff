"""Undo: restores the fields that one event changed. It writes an event of the same type, which can be undone too.

Nothing is removed from the journal. If one of these fields has changed since the event, the undo conflicts. Other events of the
same command stay.
"""

from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session

from board.engine import journal, kinds, program_accounts, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.errors import Refused, invalid, not_found
from board.i18n import N_
from models.accounts import Account
from models.board import Board
from models.column import Column
from models.entity import Entity, State, revert_fields
from models.fields import Data

_PEOPLE = ("assignee", "lead", "members", "taken_by")


def undoable() -> dict[str, str]:
    """Return the command for each type of event that can be undone; undo requires its rights. Creations, removals, handovers and
    statuses can't be undone. A status is set again, with a reason."""
    return {type: spec.command for type, spec in kinds.event_specs().items() if spec.undoable and spec.command}


class Undo(Data):
    """Undo an event of this board: restore the fields that it changed. This writes an event of the same type, whose `undoes` is
    that seq. Undo requires the rights of the command that wrote the event, and at least the role investigator. See *Undo*."""

    seq: Annotated[int, Field(ge=1)]


def command_of(session: Session, board: Board, data: Any) -> str | None:
    """Return the command that wrote the event to undo; None if there is no such event."""
    seq = data.get("seq")
    event = journal.event_at(session, board.id, seq) if type(seq) is int and 0 < seq <= board.seq else None
    spec = kinds.event_specs().get(event.type) if event is not None else None
    return spec.command if spec is not None else None


def undo(writer: EventWriter, data: Undo) -> None:
    """Restore the fields that an event changed. Raises Refused `conflict` if they have changed since."""
    event = journal.event_at(writer.session, writer.board.id, data.seq) if data.seq <= writer.board.seq else None
    if event is None:
        raise not_found("seq")
    if event.type not in undoable() or event.body is None:
        raise _impossible()
    before = _previous_state(writer.session, event)
    kind = kinds.named(event.kind)
    if before is None and kind.undo.creation is not None:
        kind.undo.creation(writer, unit_of_work.get(writer.session, kind.model, event.entity), event)
        return
    if before is None or before.body is None:
        raise _impossible()
    fields, private = event.payload()["changes"], event.payload().get("private", [])
    row = unit_of_work.get(writer.session, kind.model, event.entity)
    if row is None:
        raise Refused("conflict", fields=dict.fromkeys(fields, N_("This no longer exists.")))
    withheld = kind.undo.withheld(writer, row, event)
    since = writer.changed_since(row, event.seq)
    values = revert_fields(row.state(), before.payload()["state"], fields)
    conflicts = {name: since[name] for name in [*fields, *private] if name in since and name not in kind.derived}
    conflicts = conflicts or {**_dangling_references(writer, row, values), **kind.undo.dangling(writer, row, values)}
    if conflicts:
        raise Refused("conflict", fields=conflicts, current=row.state())
    kind.undo.apply(writer, row, event, values | withheld)


def _previous_state(session: Session, event: JournalEvent) -> JournalEvent | None:
    """Return the previous event of the same entity that has a state."""
    before = journal.previous_event(session, event)
    while before is not None and before.body is not None and before.payload()["state"] is None:
        before = journal.previous_event(session, before)
    return before


def _impossible() -> Refused:
    return invalid("seq", N_("This cannot be undone."))


def _dangling_references(writer: EventWriter, row: Entity, values: State) -> dict[str, str]:
    """Return a sentence for each field whose former value refers to a removed column, an erased card or an inactive account."""
    sentences: dict[str, str] = {}
    current = row.state()
    if "column" in values and unit_of_work.get(writer.session, Column, values["column"]) is None:
        sentences["column"] = N_("This column no longer exists.")
    for name in (spec.path for spec in kinds.of(row).fields if spec.control == "card"):
        if values.get(name) is not None and not _is_card(writer, values[name]):
            sentences[name] = N_("This no longer exists.")
    for name in _PEOPLE:
        if name in values and not all(_is_available(writer, id, name) for id in _ids(values[name]) - _ids(current[name])):
            sentences[name] = N_("A person named here no longer has an active account.")
    return sentences


def _is_card(writer: EventWriter, id: str) -> bool:
    return any(unit_of_work.get(writer.session, kind.model, id) is not None for kind in kinds.cards())


def _ids(value: str | list[str] | None) -> set[str]:
    return {value} if isinstance(value, str) else set(value or ())


def _is_available(writer: EventWriter, id: str, name: str) -> bool:
    account = unit_of_work.get(writer.session, Account, id)
    if account is None or not account.enabled:
        return False
    # a program may see a search, but cannot be assigned work
    return name == "members" or not program_accounts.program_accounts_among(writer.session, [id])
