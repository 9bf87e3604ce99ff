"""Columns of a search's board: five at first, then as the desk arranges them. Sorted by (rank, id), like cards."""

from collections.abc import Collection
from typing import Literal

from sqlalchemy import true

from board.commands.cards import card_ranks, ranks
from board.commands.cards.rebalance import MAX_RANK_LENGTH, rebalance
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, FieldSpec, Kind, UndoRules
from board.engine.unit_of_work import UnitOfWork
from board.errors import invalid
from board.i18n import N_
from models.column import Column
from models.db import rows
from models.db.statement import Query, Row
from models.entity import State
from models.fields import Data, Id, Title
from models.ids import new_id

ROLES = ("inbox", "todo", "doing", "waiting", "done")
REQUIRED_ROLES = ("inbox", "todo")  # new cards go there


class RelativePosition(Data):
    before: Id | None = None
    after: Id | None = None


class Add(RelativePosition):
    """Add a column: at the end, unless `before` or `after` names a column.

    `title`: null: it is named after its role.
    """

    title: Title | None = None
    role: Literal["inbox", "todo", "doing", "waiting", "done"]


class Rename(Data):
    """Rename a column.

    `title`: null: it is named after its role again.
    """

    NULLABLE = ("title",)

    column: Id
    title: Title | None


class Move(RelativePosition):
    """Move a column `before` or `after` another one."""

    column: Id


class Remove(Data):
    """Remove a column without cards (withdrawn ones count), which is not the last `inbox` or `todo`; else `invalid`."""

    column: Id


class _ColumnsOfBoards:
    """Columns of boards, as far as none has changed in this transaction since they were read."""

    def __init__(self) -> None:
        self.by_board: dict[str, list[Column]] = {}
        self._seen = 0  # changes of rows

    def update(self, unit: UnitOfWork) -> None:
        """Forget the columns if one has changed."""
        if any(isinstance(change.row, Column) for change in unit.entities.changes[self._seen :]):
            self.by_board.clear()
        self._seen = len(unit.entities.changes)


def query(unit: UnitOfWork, boards: Collection[str]) -> Query:
    """Return the query for the columns of several boards."""

    def take(found: list[Row]) -> None:
        cache: _ColumnsOfBoards = unit.caches[_ColumnsOfBoards]
        cache.update(unit)
        cache.by_board |= {board: [] for board in boards}
        for row in unit.entities.load(Column, found):
            cache.by_board[row.board].append(row)

    return Query(*rows.by_board(Column, boards), take)


def _of_board(writer: EventWriter) -> list[Column]:
    cache: _ColumnsOfBoards = writer.unit.caches[_ColumnsOfBoards]
    cache.update(writer.unit)
    if writer.board.id not in cache.by_board:
        writer.session.flush()
        writer.unit.read([query(writer.unit, [writer.board.id])])
    return cache.by_board[writer.board.id]


def create_default_columns(writer: EventWriter) -> None:
    """Create one column of each role, in order."""
    for role, rank in zip(ROLES, ranks.several_between(None, None, len(ROLES)), strict=True):
        row = Column(id=new_id(), board=writer.board.id, title=None, role=role, rank=rank)
        writer.create(row, "column.added", reserved=True)


def find(writer: EventWriter, id: str, name: str) -> Column:
    """Return the column of this board with that id. Raises Refused `not_found`."""
    _of_board(writer)  # columns are few: load all at once
    return writer.find(Column, id, name)


def first_with_role(writer: EventWriter, role: str) -> Column:
    """Return the first column of a role. Every board has an `inbox` and a `todo`."""
    return next(column for column in in_order(writer) if column.role == role)


def in_order(writer: EventWriter) -> list[Column]:
    """Return the columns from left to right."""
    return sorted(_of_board(writer), key=lambda column: (column.rank, column.id))


def add(writer: EventWriter, data: Add) -> None:
    """Add a column before or after another, or at the end."""
    _check_not_both(data)
    low, high = _between(writer, data, None)
    row = Column(id=new_id(), board=writer.board.id, title=data.title, role=data.role, rank=ranks.between(low, high))
    writer.create(row, "column.added")
    rebalance_ranks(writer, row)


def rename(writer: EventWriter, data: Rename) -> None:
    """Set a column's title, or name it after its role."""
    writer.update(find(writer, data.column, "column"), "column.renamed", {"title": data.title})


def move(writer: EventWriter, data: Move) -> None:
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


def remove(writer: EventWriter, data: Remove) -> None:
    """Remove an empty column. A withdrawn card counts, as it can be restored."""
    row = find(writer, data.column, "column")
    if card_ranks.is_any_in(writer, row.id):
        raise invalid("column", N_("This column still has cards, perhaps withdrawn ones. Move them first."))
    alike = [column for column in _of_board(writer) if column.role == row.role]
    if row.role in REQUIRED_ROLES and len(alike) == 1:
        raise invalid("column", N_("New cards arrive here. A board needs at least one such column."))
    card_ranks.move_archived(writer, row.id, next(each.id for each in in_order(writer) if each.id != row.id))
    writer.delete(row, "column.removed")


def _check_not_both(data: RelativePosition) -> None:
    if data.before is not None and data.after is not None:
        raise invalid("after", N_("Give either “before” or “after”, not both."))


def _between(writer: EventWriter, data: RelativePosition, moved: Column | None) -> tuple[str | None, str | None]:
    """Return the ranks between which a column goes, ignoring `moved` itself."""
    others = [column for column in in_order(writer) if moved is None or column.id != moved.id]
    beside = data.before or data.after
    at = len(others)
    if beside is not None:
        at = others.index(find(writer, beside, "before" if data.before else "after")) + (data.before is None)
    low, high = (others[at - 1].rank if at > 0 else None), (others[at].rank if at < len(others) else None)
    return low, high


def rebalance_ranks(writer: EventWriter, row: Column) -> None:
    """Give a column and its neighbours short ranks if its own is too long or not unique."""
    around = in_order(writer)
    if len(row.rank) > MAX_RANK_LENGTH or sum(each.rank == row.rank for each in around) > 1:
        by_id = {each.id: each for each in around}
        rebalance(writer, list(by_id), around.index(row), by_id.__getitem__, "column.moved")


def _apply_undo(writer: EventWriter, row: Column, event: JournalEvent, values: State) -> None:
    writer.update(row, event.type, values, undoes=event.seq)
    rebalance_ranks(writer, row)


KIND = Kind(
    model=Column,
    title=N_("Column"),
    data=Add,
    fields=(
        FieldSpec("title", N_("Title"), control="text", personal=True),  # typed by people
        FieldSpec(
            "role", N_("Role"), control="choice", required=True, display="room",
            choices={
                "inbox": N_("New"), "todo": N_("To do"), "doing": N_("Doing"), "waiting": N_("Waiting"), "done": N_("Done"),
            },
        ),
        FieldSpec("rank", N_("Position in the column"), type=str, display="room", reads_as="internal"),
    ),
    events={
        "column.added": EventSpec(N_("Column added"), "column.add"),
        "column.renamed": EventSpec(N_("Column renamed"), "column.rename", undoable=True),
        "column.moved": EventSpec(N_("Column moved"), "column.move", undoable=True),
        "column.removed": EventSpec(N_("Column removed"), "column.remove"),
    },
    undo=UndoRules(apply=_apply_undo),
    reported=lambda column, due_before: true(),
)  # fmt: skip
