"""Columns of a search's board: five at first, which people can rearrange. Sorted by (rank, id), like cards."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import true

from board.commands.cards import card_ranks, ranks
from board.commands.cards.rebalance import MAX_RANK_LENGTH, rebalance
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind, UndoRules
from board.engine.unit_of_work import UnitOfWork
from board.errors import invalid
from board.i18n import N_
from models.column import ROLES, Column
from models.db import rows
from models.db.statement import Query, Row
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id, Title
from models.ids import new_id

REQUIRED_ROLES = ("inbox", "todo")  # roles of the columns for new cards


class RelativePosition(Data):
    before: Id | None = None
    after: Id | None = None


Fields: Any = data_of(Column, RelativePosition)


class AddColumn(Fields):  # type: ignore[misc]  # the fields that the row declares
    """Add a column, by default at the end.

    `title`: null names it after its role.
    """


class RenameColumn(Data):
    """Rename a column.

    `title`: null names it after its role again.
    """

    NULLABLE = ("title",)

    column: Id
    title: Title | None


class MoveColumn(RelativePosition):
    """Move a column `before` or `after` another."""

    column: Id


class RemoveColumn(Data):
    """Remove a column. It is `invalid` if the column has cards (withdrawn ones count) or is the last `inbox` or `todo`."""

    column: Id


class _ColumnsOfBoards:
    """Columns by board, cached until a column changes in this transaction."""

    def __init__(self) -> None:
        self.by_board: dict[str, list[Column]] = {}
        self._processed_changes = 0

    def update(self, uow: UnitOfWork) -> None:
        """Clear the cache if a column has changed."""
        if any(isinstance(change.row, Column) for change in uow.entities.changes[self._processed_changes :]):
            self.by_board.clear()
        self._processed_changes = len(uow.entities.changes)


def query(uow: UnitOfWork, boards: Collection[str]) -> Query:
    """Return the query for the columns of several boards."""

    def store(found_rows: list[Row]) -> None:
        cache: _ColumnsOfBoards = uow.caches[_ColumnsOfBoards]
        cache.update(uow)
        cache.by_board |= {board: [] for board in boards}
        for row in uow.entities.load(Column, found_rows):
            cache.by_board[row.board].append(row)

    return Query(*rows.by_board(Column, boards), store)


def _of_board(writer: EventWriter) -> list[Column]:
    cache: _ColumnsOfBoards = writer.unit.caches[_ColumnsOfBoards]
    cache.update(writer.unit)
    if writer.board.id not in cache.by_board:
        writer.session.flush()
        writer.unit.read([query(writer.unit, [writer.board.id])])
    return cache.by_board[writer.board.id]


def create_default_columns(writer: EventWriter) -> None:
    """Create a column of each role, in order."""
    for role, rank in zip(ROLES, ranks.several_between(None, None, len(ROLES)), strict=True):
        row = Column(id=new_id(), board=writer.board.id, title=None, role=role, rank=rank)
        writer.create(row, "column.added", reserved=True)


def find(writer: EventWriter, id: str, name: str) -> Column:
    """Return the column with this id on this board. Raises Refused `not_found` for the field `name`."""
    _of_board(writer)  # a board has few columns: load all in one query
    return writer.find(Column, id, name)


def first_with_role(writer: EventWriter, role: str) -> Column:
    """Return the first column of a role, or the last column. Every board has an `inbox` and a `todo`; columns of other
    roles can be removed."""
    columns = in_order(writer)
    return next((column for column in columns if column.role == role), columns[-1])


def in_order(writer: EventWriter) -> list[Column]:
    """Return the columns from left to right."""
    return sorted(_of_board(writer), key=lambda column: (column.rank, column.id))


def add(writer: EventWriter, data: AddColumn) -> None:
    """Add a column before or after another, or at the end."""
    _check_not_both(data)
    low, high = _between(writer, data, None)
    row = Column(id=new_id(), board=writer.board.id, title=data.title, role=data.role, rank=ranks.between(low, high))
    writer.create(row, "column.added")
    rebalance_ranks(writer, row)


def rename(writer: EventWriter, data: RenameColumn) -> None:
    """Set a column's title, or name it after its role."""
    writer.update(find(writer, data.column, "column"), "column.renamed", {"title": data.title})


def move(writer: EventWriter, data: MoveColumn) -> None:
    """Move a column before or after another."""
    _check_not_both(data)
    if data.before is None and data.after is None:
        raise invalid("before", N_("Choose the column to place it before or after."))
    if data.column in (data.before, data.after):
        raise invalid("before" if data.before else "after", N_("A column cannot be placed next to itself."))
    row = find(writer, data.column, "column")
    low, high = _between(writer, data, row)
    if (low is None or low < row.rank) and (high is None or row.rank < high):
        return  # already there
    writer.update(row, "column.moved", {"rank": ranks.between(low, high)})
    rebalance_ranks(writer, row)


def remove(writer: EventWriter, data: RemoveColumn) -> None:
    """Remove an empty column. Withdrawn cards count, because they can be restored."""
    row = find(writer, data.column, "column")
    if card_ranks.is_any_in(writer, row.id):
        raise invalid("column", N_("This column still has cards, perhaps withdrawn ones. Move them first."))
    same_role = [column for column in _of_board(writer) if column.role == row.role]
    if row.role in REQUIRED_ROLES and len(same_role) == 1:
        raise invalid("column", N_("New cards arrive here. A board needs at least one such column."))
    card_ranks.move_archived(writer, row.id, next(column.id for column in in_order(writer) if column.id != row.id))
    writer.delete(row, "column.removed")


def _check_not_both(data: RelativePosition) -> None:
    if data.before is not None and data.after is not None:
        raise invalid("after", N_("Give either “before” or “after”, not both."))


def _between(writer: EventWriter, data: RelativePosition, moved_column: Column | None) -> tuple[str | None, str | None]:
    """Return the ranks on both sides of a column's new position, ignoring the moved column itself."""
    others = [column for column in in_order(writer) if moved_column is None or column.id != moved_column.id]
    anchor_id = data.before or data.after
    index = len(others)
    if anchor_id is not None:
        index = others.index(find(writer, anchor_id, "before" if data.before else "after")) + (data.before is None)
    low, high = (others[index - 1].rank if index > 0 else None), (others[index].rank if index < len(others) else None)
    return low, high


def rebalance_ranks(writer: EventWriter, row: Column) -> None:
    """Give a column and its neighbours short ranks if the column's rank is too long or not unique."""
    columns = in_order(writer)
    if len(row.rank) > MAX_RANK_LENGTH or sum(column.rank == row.rank for column in columns) > 1:
        by_id = {column.id: column for column in columns}
        rebalance(writer, list(by_id), columns.index(row), by_id.__getitem__, "column.moved")


def _apply_undo(writer: EventWriter, row: Column, event: JournalEvent, values: State) -> None:
    writer.update(row, event.type, values, undoes=event.seq)
    rebalance_ranks(writer, row)


KIND = Kind(
    model=Column,
    title=N_("Column"),
    data=AddColumn,
    events={
        "column.added": EventSpec(N_("Column added"), "column.add"),
        "column.renamed": EventSpec(N_("Column renamed"), "column.rename", undoable=True),
        "column.moved": EventSpec(N_("Column moved"), "column.move", undoable=True),
        "column.removed": EventSpec(N_("Column removed"), "column.remove"),
    },
    undo=UndoRules(apply=_apply_undo),
    reported=lambda column, due_before: true(),
)  # fmt: skip
