"""Undo: restores what one event changed, by an event of the same type, which can be undone too.

The journal keeps everything. If somebody changed the same fields since, it is a conflict. Other events of the same command
stay.
"""

from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session

from board.commands import appeals, cards, columns, references, searches, sightings, sources
from board.engine import journal, program_accounts, unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.snapshot import SEARCH_KINDS
from board.errors import Refused, invalid, not_found
from board.fields import Data
from board.i18n import N_
from models.accounts import Account
from models.board import Board
from models.column import Column
from models.entity import Entity, State, revert_fields
from models.search import Search
from models.sighting import Sighting
from models.task import Task

# by event type: the command that made it, whose rights are needed to undo it
UNDOABLE = {
    "search.updated": "search.update",
    "search.worrying_set": "search.set_worrying",
    "search.appeal_set": "search.set_appeal",
    "search.access_set": "search.set_access",
    "search.outcome_set": "search.set_outcome",
    "column.renamed": "column.rename",
    "column.moved": "column.move",
    "sighting.updated": "sighting.update",
    "sighting.graded": "sighting.grade",
    "sighting.assessed": "sighting.assess",
    "task.updated": "task.update",
    "card.moved": "card.move",
    "card.assigned": "card.assign",
    "card.withdrawn": "card.withdraw",
    "card.restored": "card.restore",
}
# creations, removals, handovers, and statuses, which are set again with a reason; rights are checked first all the same
NOT_UNDOABLE = {
    "search.opened": "search.open",
    "search.status_set": "search.set_status",
    "column.added": "column.add",
    "column.removed": "column.remove",
    "sighting.added": "sighting.add",
    "task.added": "task.add",
    "note.added": "note.add",
    "handover.written": "handover.write",
    "handover.read": "handover.read",
}

_KINDS: dict[str, type[Entity]] = {Search.KIND: Search} | {kind.KIND: kind for kind in SEARCH_KINDS}
_PEOPLE = ("assignee", "lead", "members")


class Undo(Data):
    """Data of `undo`: the seq of an event on this board."""

    seq: Annotated[int, Field(ge=1)]


def command_of(session: Session, board: Board, data: Any) -> str | None:
    """Return the command that made the event to undo; None if there is no such event."""
    seq = data.get("seq")
    event = journal.event_at(session, board.id, seq) if type(seq) is int and 0 < seq <= board.seq else None
    return (UNDOABLE | NOT_UNDOABLE).get(event.type) if event is not None else None


def undo(writer: EventWriter, data: Undo) -> None:
    """Restore the fields that an event changed, unless they were changed since."""
    event = journal.event_at(writer.session, writer.board.id, data.seq) if data.seq <= writer.board.seq else None
    if event is None:
        raise not_found("seq")
    before = journal.previous_event(writer.session, event)
    if event.type not in UNDOABLE or event.body is None or before is None or before.body is None:
        raise invalid("seq", N_("This can't be undone."))
    fields, private = event.payload()["changes"], event.payload().get("private", [])
    row = unit_of_work.get(writer.session, _KINDS[event.kind], event.entity)
    if row is None:
        raise Refused("conflict", fields=dict.fromkeys(fields, N_("It is no longer there.")))
    source = _source_before(writer, row, event.seq, private) if isinstance(row, Sighting) and private else {}
    since = writer.changed_since(row, event.seq)
    values = revert_fields(row.state(), before.payload()["state"], fields)
    _check(row, {name: since[name] for name in [*fields, *private] if name in since} or _dangling_references(writer, row, values))
    _apply(writer, row, event.type, values | source, event.seq)


def _source_before(writer: EventWriter, row: Sighting, seq: int, names: list[str]) -> State:
    """Return name and contact of a source, as far as event `seq` set them, as they were before it. Raises Refused."""
    sources.check_may_set(writer, row)
    earlier = sources.source_before(writer.session, writer.board.id, seq)
    if earlier is None:
        raise invalid("seq", N_("This can't be undone."))
    return {name: getattr(earlier, name) for name in names}


def _apply(writer: EventWriter, row: Entity, type: str, values: State, seq: int) -> None:
    """Apply former values, with the side effects of the command."""
    match row:
        case Search() if type == "search.access_set":
            searches.undo_access(writer, row, values, seq)
            return
        case Search() if type == "search.appeal_set":
            appeals.apply_appeal(writer, row, values["appeal"], undoes=seq)
            return
        case Sighting() if type == "sighting.updated":
            _apply_sighting(writer, row, values, seq)
            return
        case Sighting() | Task() if type == "card.moved":
            values = {"column": row.column, "rank": row.rank} | values
    writer.update(row, type, values, undoes=seq)
    match row:
        case Column():
            columns.rebalance_ranks(writer, row)
        case Sighting() | Task() if type == "card.moved":
            cards.fix_rank_collision(writer, row)


def _apply_sighting(writer: EventWriter, row: Sighting, values: State, seq: int) -> None:
    if "source" in values:
        sources.check_seal(writer, row, values["source"]["sealed"])
    sightings.apply_values(writer, row, values, undoes=seq)


def _check(row: Entity, clash: dict[str, str]) -> None:
    if clash:
        raise Refused("conflict", fields=clash, current=row.state())


def _dangling_references(writer: EventWriter, row: Entity, values: State) -> dict[str, str]:
    """Return the fields whose former value refers to something that is gone, with a sentence for each."""
    found: dict[str, str] = {}
    now = row.state()
    if "column" in values and unit_of_work.get(writer.session, Column, values["column"]) is None:
        found["column"] = N_("This column is no longer there.")
    for name in _PEOPLE:
        if name in values and not all(_is_here(writer, id, name) for id in _ids(values[name]) - _ids(now[name])):
            found[name] = N_("Somebody who is named here is no longer at the desk.")
    if "reference" in values and references.is_taken(writer, values["reference"], row.id):
        found["reference"] = N_("Another search has this reference.")
    if isinstance(row, Sighting) and sightings.would_cycle(writer, row, values.get("duplicate_of")):
        found["duplicate_of"] = N_("The other one is a duplicate of this.")
    return found


def _ids(value: str | list[str] | None) -> set[str]:
    return {value} if isinstance(value, str) else set(value or ())


def _is_here(writer: EventWriter, id: str, name: str) -> bool:
    account = unit_of_work.get(writer.session, Account, id)
    if account is None or not account.enabled:
        return False
    return name == "members" or not program_accounts.program_accounts_among(
        writer.session, [id]
    )  # a program may see a search, but is assigned no work
