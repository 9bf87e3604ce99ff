"""Sightings of two children who disappeared together: one sighting on both boards, with a number on each.

Each board has a row, because each journal must contain the states of its board. `both_boards` makes each change of one row on the
other one too.
"""

from sqlalchemy import bindparam, func, select

from board.commands.cards import cards
from board.commands.searches import links
from board.commands.sightings import twins
from board.config import sentences
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import Kind
from board.errors import Refused, invalid
from board.i18n import N_, message
from models.db.tables import columns_of
from models.entity import State
from models.fields import Data, Id
from models.search import Search
from models.sighting import Sighting

MAX_OF_BOTH = 200  # sightings of a search; a change of its status writes an event for each of them

_S = columns_of(Sighting)
_COUNT = select(func.count()).where(_S.board == bindparam("board"), _S.twin.is_not(None))


class SetOfBoth(Data):
    """Record that a sighting is of two children who disappeared together. The other board gets it too, with a separate number. A
    search has at most 200 of them; more are `too_large`.

    `search`: the other search: open, linked as `together`, and seen by the same people. null: the sighting is of this child
    alone, and is withdrawn from the other board.
    """

    NULLABLE = ("search",)

    sighting: Id
    search: Id | None


def set_of_both(writer: EventWriter, data: SetOfBoth, kind: Kind) -> None:
    """Put a sighting on the board of another child too, or withdraw it there."""
    row = writer.find(Sighting, data.sighting, "sighting")
    if data.search is None:
        _part(writer, row)
    else:
        _join(writer, row, data.search, kind)


def _join(writer: EventWriter, row: Sighting, id: str, kind: Kind, undoes: int | None = None) -> None:
    if row.of_both is not None and row.of_both["search"] == id:
        return
    other, on_other = links.find(writer, id)
    _check(writer, row, other)
    copy = twins.find(writer, row)  # None also if it was erased
    if copy is not None and copy.board == id:
        _rejoin(writer, row, on_other, copy, undoes)
        return
    for board in (writer.board.id, id):
        if unit_of_work.execute(writer.session, _COUNT, {"board": board}).scalar_one() >= MAX_OF_BOTH:
            raise Refused("too_large", message(N_("A search can have at most {count} sightings of both."), count=MAX_OF_BOTH))
    _forget(writer, row)
    there = twins.of_both(writer.board.id, row, raises_alarms=False)
    cards.add(on_other, kind, twins.values_for(writer, row, on_other, is_new=True) | {"of_both": there})
    copy = _last_added(on_other)
    on_other.set_hidden(copy, {"twin": twins.twin(row)})
    writer.update(row, "sighting.of_both_set", {"of_both": twins.of_both(id, copy, raises_alarms=True)}, undoes=undoes)
    writer.set_hidden(row, {"twin": twins.twin(copy)})


def _check(writer: EventWriter, row: Sighting, other: Search) -> None:
    """Raise Refused `invalid` if a sighting cannot be of another child too."""
    if row.withdrawn:
        raise invalid("sighting", N_("This sighting is withdrawn. Restore it first."))
    if row.of_both is not None:
        raise invalid("search", sentences.THIRD_CHILD)
    own = unit_of_work.get(writer.session, Search, writer.board.id)
    if own is None or not twins.share_sightings(own, other):
        raise invalid(
            "search",
            N_("Only open searches of children who disappeared together, and that the same people see, share sightings."),
        )


def _rejoin(writer: EventWriter, row: Sighting, on_other: EventWriter, copy: Sighting, undoes: int | None) -> None:
    """Bring the sighting back to the board from which it was withdrawn."""
    _set_apart(writer, row, on_other, copy, apart=False)
    values = twins.values_for(writer, row, on_other, copy)
    twins.write(on_other, copy, "sighting.of_both_set", values | {"of_both": twins.of_both(row.board, row, raises_alarms=False)})
    writer.update(row, "sighting.of_both_set", {"of_both": twins.of_both(copy.board, copy, raises_alarms=True)}, undoes=undoes)


def _part(writer: EventWriter, row: Sighting, undoes: int | None = None) -> None:
    """Leave the sighting on this board alone."""
    copy = twins.find(writer, row)
    if row.of_both is None or copy is None:
        return
    board = writer.unit.lock_board(copy.board)
    assert board is not None, "boards are never deleted"
    on_other = writer.beside(board)
    _set_apart(writer, row, on_other, copy, apart=True)
    writer.update(row, "sighting.of_both_set", {"of_both": None}, undoes=undoes)
    on_other.update(copy, "sighting.of_both_set", {"of_both": None, "withdrawn": True}, conflicts=False)


def _set_apart(writer: EventWriter, row: Sighting, on_other: EventWriter, copy: Sighting, *, apart: bool) -> None:
    writer.set_hidden(row, {"twin": twins.twin(copy, apart)})
    on_other.set_hidden(copy, {"twin": twins.twin(row, apart)})


def _forget(writer: EventWriter, row: Sighting) -> None:
    """Forget the withdrawn sighting on the board of a third child."""
    copy = twins.find(writer, row)
    if copy is not None:
        writer.set_hidden(copy, {"twin": None})


def _last_added(writer: EventWriter) -> Sighting:
    row = writer.unit.entities.get(Sighting, writer.result.changes[-1].event.entity)
    assert row is not None
    return row


def apply_undo(writer: EventWriter, row: Sighting, event: JournalEvent, values: State, kind: Kind) -> None:
    """Undo that a sighting is of both, or that it is of one child alone, on both boards."""
    former = values.get("of_both")
    if former is None:
        _part(writer, row, undoes=event.seq)
    else:
        _join(writer, row, former["search"], kind, undoes=event.seq)
