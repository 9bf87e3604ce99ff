"""Changes of sightings of both: a change of one row is made on the other board too, in the same transaction.

While one of the children is found, or one search is closed, unlinked or seen by other people, each row is a sighting of its own
child alone, and `twin` keeps the other one.
"""

from dataclasses import replace

from sqlalchemy import bindparam, select

from board.commands.sightings import twins
from board.engine import unit_of_work
from board.engine.event_writer import Change, EventWriter
from models.db.tables import columns_of
from models.search import Search
from models.sighting import Sighting

DECIDING = {"status", "access", "members", "links"}  # fields of a search on which sightings of both depend

_S = columns_of(Sighting)
_OF_BOARD = select(_S.id).where(_S.board == bindparam("board"), _S.twin.is_not(None)).order_by(_S.number)


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
    if not _share(writer, row.board, copy.board):  # one of them was archived when that ended
        return
    own = replace(writer, board=writer.unit.boards[row.board])
    on_other = writer.beside(board)
    twins.write(on_other, copy, change.event.type, twins.values_for(own, row, on_other, copy), change.reason)


def _share(writer: EventWriter, board: str, other: str) -> bool:
    one, two = (unit_of_work.get(writer.session, Search, id) for id in (board, other))
    return one is not None and two is not None and twins.share_sightings(one, two)


def _settle(writer: EventWriter) -> None:
    """Begin or end sightings of both of a search whose status, audience or links changed. A sighting that begins again gets its
    values from the other board, where people went on with it."""
    for row in unit_of_work.select(writer.session, Sighting, _OF_BOARD, {"board": writer.board.id}):
        copy = twins.find(writer, row)
        if copy is None or row.twin is None or row.archived_at is not None or copy.archived_at is not None:
            continue  # an archived row would come back, for which the board can lack space
        is_of_both = not row.twin["apart"] and _share(writer, row.board, copy.board)
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
