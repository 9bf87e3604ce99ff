"""Two rows of a sighting of both: what they have in common, and how one gets the values of the other."""

from board.commands.cards import card_ranks, columns, ranks
from board.commands.sightings import sources
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from board.engine.unreadable import require_readable
from models import confidential
from models.column import Column
from models.declared import data_of
from models.entity import State
from models.search import Search
from models.sighting import Sighting, Twin

COMMON = (
    *data_of(Sighting).model_fields,
    "late", "assignee", "grade", "assessment", "withdrawn", "looked_at", "passed_on", "source_kept",
)  # fmt: skip
# columns that a new row gets too: it waits since the other one did
_AT_FIRST = ("recorded_at", "taken_by", "queue", "queue_since", *sources.SourceIdentity.model_fields)


def share_sightings(one: Search, other: Search) -> bool:
    """Return whether two searches share sightings: both are open, the children disappeared together, and the same people see
    both."""
    is_together = (one.linked or {}).get(other.id) == "together"
    is_same_audience = one.access == other.access and (one.access == "desk" or set(one.members) == set(other.members))
    return is_together and is_same_audience and one.status == other.status == "open"


def of_both(board: str, row: Sighting, *, raises_alarms: bool) -> State:
    """Return the field `of_both` of the sighting whose twin is this row. `raises_alarms`: the sighting with the field does."""
    return {"search": board, "sighting": row.id, "number": row.number, "alarms": raises_alarms}


def twin(row: Sighting, apart: bool = False) -> Twin:
    """Return the column `twin` of the sighting whose twin is this row."""
    return {"search": row.board, "sighting": row.id, "apart": apart}


def find(writer: EventWriter, row: Sighting) -> Sighting | None:
    """Return the same sighting on the other board; None if it has none."""
    return unit_of_work.get(writer.session, Sighting, row.twin["sighting"]) if row.twin is not None else None


def values_for(
    writer: EventWriter, row: Sighting, on_other: EventWriter, copy: Sighting | None = None, *, is_new: bool = False
) -> State:  # fmt: skip
    """Return the values of a sighting for its row on another board, with the column there. `copy`: that row, if it exists.

    A value that cannot be read replaces none on the other board.
    """
    if is_new:
        require_readable(row, sources.SourceIdentity.model_fields)
    values: State = {name: getattr(row, name) for name in (*COMMON, *(_AT_FIRST if is_new else ()))}
    values["duplicate_of"] = _twin_of(writer, row.duplicate_of, on_other.board.id)
    values |= _place(writer, row, on_other, copy)
    if copy is not None and (former := sources.source_of(copy)) != (source := sources.source_of(row)):
        unreadable = confidential.unreadable(row)
        values |= {name: value for name, value in source.items() if value != former[name] and name not in unreadable}
    return values


def write(writer: EventWriter, row: Sighting, type: str, values: State, reason: str | None = None) -> None:
    """Set the values of a row on another board. If the source is set, store its former values."""
    former = sources.source_of(row)
    writer.update(row, type, values, reason, conflicts=False)
    if former.keys() & values.keys():
        sources.keep_earlier(writer, row, former)


def _place(writer: EventWriter, row: Sighting, on_other: EventWriter, copy: Sighting | None) -> State:
    """Return the column of the same role on another board, with the rank at its end. Nothing if the row is there already, or if
    that board lacks such a column."""
    role = writer.find(Column, row.column, "column").role
    if copy is not None and on_other.find(Column, copy.column, "column").role == role:
        return {}
    column = next((column for column in columns.in_order(on_other) if column.role == role), None)
    if column is None:
        return {}
    return {"column": column.id, "rank": ranks.between(card_ranks.highest(on_other, column.id), None)}


def _twin_of(writer: EventWriter, id: str | None, board: str) -> str | None:
    """Return the sighting on another board that is the same as this one; None if there is none."""
    row = unit_of_work.get(writer.session, Sighting, id) if id is not None else None
    if row is None or row.twin is None or row.twin["search"] != board or row.twin["apart"]:
        return None
    return str(row.twin["sighting"])
