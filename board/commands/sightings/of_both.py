"""Sightings of two children who disappeared together: one sighting on both boards, with a number on each.

Each board has a row, because each journal must contain the states of its board. A change of one row is made on the other one too,
in the same transaction. While one of the children is found, or one search is closed, unlinked or seen by other people, each row
is a sighting of its own child alone, and `twin` keeps the other one.
"""

from dataclasses import replace

from sqlalchemy import bindparam, func, select

from board.commands.cards import cards
from board.commands.searches import links
from board.commands.sightings import twins
from board.engine import unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import Change, EventWriter
from board.engine.kinds import Kind
from board.errors import Refused, invalid
from board.i18n import N_, message
from models.db.tables import columns_of
from models.entity import State
from models.fields import Data, Id
from models.search import Search
from models.sighting import Sighting

MAX_OF_BOTH = 200  # sightings of a search; a change of its status writes an event for each of them
DECIDING = {"status", "access", "members", "links"}  # fields of a search on which sightings of both depend

_S = columns_of(Sighting)
_OF_BOARD = select(_S.id).where(_S.board == bindparam("board"), _S.twin.is_not(None)).order_by(_S.number)
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
    if row.twin is not None and row.twin["search"] == id:
        _rejoin(writer, row, on_other, undoes)
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
        raise invalid("search", N_("This sighting is already of two children. Say first that it is of this child alone."))
    own = unit_of_work.get(writer.session, Search, writer.board.id)
    if own is None or not twins.share_sightings(own, other):
        raise invalid(
            "search",
            N_("Only open searches of children who disappeared together, and that the same people see, share sightings."),
        )


def _rejoin(writer: EventWriter, row: Sighting, on_other: EventWriter, undoes: int | None) -> None:
    """Bring the sighting back to the board from which it was withdrawn."""
    copy = twins.find(writer, row)
    if copy is None:
        return
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


# -- following changes ----------------------------------------------------------------------------------------------------


def follow(writer: EventWriter) -> None:
    """Make the changes of a command to sightings of both on the other board too. Begin and end sightings of both after a change
    of a search."""
    for change in list(writer.result.changes):
        if change.event.kind == Sighting.KIND and change.before and change.event.type != "sighting.of_both_set":
            _copy(writer, change)
    searches = [change for change in writer.result.changes if change.event.kind == Search.KIND and change.before]
    for id in dict.fromkeys(change.event.entity for change in searches if _decides(change)):
        _settle(replace(writer, board=writer.unit.boards[id]))


def _decides(change: Change) -> bool:
    return not DECIDING.isdisjoint(path.partition(".")[0] for path in change.fields)


def _copy(writer: EventWriter, change: Change) -> None:
    row = unit_of_work.get(writer.session, Sighting, change.event.entity)
    copy = twins.find(writer, row) if row is not None and row.of_both is not None else None
    if row is None or copy is None:
        return
    board = writer.unit.lock_board(copy.board)
    assert board is not None, "boards are never deleted"
    own = replace(writer, board=writer.unit.boards[row.board])
    on_other = writer.beside(board)
    twins.write(on_other, copy, change.event.type, twins.values_for(own, row, on_other, copy), change.reason)


def _settle(writer: EventWriter) -> None:
    """Begin or end sightings of both of a search whose status, audience or links changed. A sighting that begins again gets its
    values from the other board, where people went on with it."""
    search = unit_of_work.get(writer.session, Search, writer.board.id)
    for row in unit_of_work.select(writer.session, Sighting, _OF_BOARD, {"board": writer.board.id}):
        copy = twins.find(writer, row)
        other = unit_of_work.get(writer.session, Search, copy.board) if copy is not None else None
        if search is None or copy is None or other is None or row.twin is None:
            continue
        is_of_both = not row.twin["apart"] and twins.share_sightings(search, other)
        if is_of_both == (row.of_both is not None):
            continue
        board = writer.unit.lock_board(copy.board)
        assert board is not None, "boards are never deleted"
        on_other = writer.beside(board)
        if is_of_both:
            _begin_again(writer, row, on_other, copy)
        else:
            writer.update(row, "sighting.of_both_set", {"of_both": None}, conflicts=False)
            on_other.update(copy, "sighting.of_both_set", {"of_both": None}, conflicts=False)


def _begin_again(writer: EventWriter, row: Sighting, on_other: EventWriter, copy: Sighting) -> None:
    values = twins.values_for(on_other, copy, writer, row)
    twins.write(writer, row, "sighting.of_both_set", values | {"of_both": twins.of_both(copy.board, copy, raises_alarms=False)})
    state = {"of_both": twins.of_both(row.board, row, raises_alarms=True)}
    on_other.update(copy, "sighting.of_both_set", state, conflicts=False)
