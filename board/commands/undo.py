"""Undo: restores what one event changed, by an event of the same type, which can be undone too.

The journal keeps everything. If somebody changed the same fields since, it is a conflict. Other events of the same command
stay.
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
    """Return the command that made each type of event that can be undone, whose rights are needed. Creations, removals and
    handovers can't be undone, nor statuses, which are set again with a reason."""
    return {type: spec.command for type, spec in kinds.event_specs().items() if spec.undoable and spec.command}


class Undo(Data):
    """Undo an event of this board: what it changed is set back, by an event of the same type with `undoes`, that seq. Who may do
    the command may undo it, and at least an investigator. See *Undo*."""

    seq: Annotated[int, Field(ge=1)]


def command_of(session: Session, board: Board, data: Any) -> str | None:
    """Return the command that made the event to undo; None if there is no such event."""
    seq = data.get("seq")
    event = journal.event_at(session, board.id, seq) if type(seq) is int and 0 < seq <= board.seq else None
    spec = kinds.event_specs().get(event.type) if event is not None else None
    return spec.command if spec is not None else None


def undo(writer: EventWriter, data: Undo) -> None:
    """Restore the fields that an event changed, unless they were changed since."""
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
    clash = {name: since[name] for name in [*fields, *private] if name in since and name not in kind.derived}
    clash = clash or {**_dangling_references(writer, row, values), **kind.undo.dangling(writer, row, values)}
    if clash:
        raise Refused("conflict", fields=clash, current=row.state())
    kind.undo.apply(writer, row, event, values | withheld)


def _previous_state(session: Session, event: JournalEvent) -> JournalEvent | None:
    """Return the previous event of the same entity with which it did not leave the board."""
    before = journal.previous_event(session, event)
    while before is not None and before.body is not None and before.payload()["state"] is None:
        before = journal.previous_event(session, before)
    return before


def _impossible() -> Refused:
    return invalid("seq", N_("This cannot be undone."))


def _dangling_references(writer: EventWriter, row: Entity, values: State) -> dict[str, str]:
    """Return the fields whose former value refers to something that is gone, with a sentence for each."""
    found: dict[str, str] = {}
    now = row.state()
    if "column" in values and unit_of_work.get(writer.session, Column, values["column"]) is None:
        found["column"] = N_("This column no longer exists.")
    for name in _PEOPLE:
        if name in values and not all(_is_here(writer, id, name) for id in _ids(values[name]) - _ids(now[name])):
            found[name] = N_("A person named here no longer has an active account.")
    return found


def _ids(value: str | list[str] | None) -> set[str]:
    return {value} if isinstance(value, str) else set(value or ())


def _is_here(writer: EventWriter, id: str, name: str) -> bool:
    account = unit_of_work.get(writer.session, Account, id)
    if account is None or not account.enabled:
        return False
    # a program may see a search, but is assigned no work
    return name == "members" or not program_accounts.program_accounts_among(writer.session, [id])
