"""The columns of a search's board. (Renaming, adding and moving them follows with the rest of the commands.)"""

from fractional_indexing import generate_n_keys_between

from board import turn
from board.pen import Pen
from models.column import Column
from models.ids import new_id

ROLES = ("inbox", "todo", "doing", "waiting", "done")


def make_five(pen: Pen) -> None:
    """One column of each role, in that order."""
    for role, rank in zip(ROLES, generate_n_keys_between(None, None, len(ROLES)), strict=True):
        pen.add(Column(id=new_id(), board=pen.board.id, title=None, role=role, rank=rank), "column.added")


def find(pen: Pen, id: str, name: str) -> Column:
    """The column of this board by that id. Raises Refused `not_found`."""
    turn.columns(pen.session, pen.board.id)  # they are few, and read at once
    return pen.find(Column, id, name)


def first_of(pen: Pen, role: str) -> Column:
    """The first column of a role: a board never lacks an `inbox` or a `todo`."""
    rows = turn.columns(pen.session, pen.board.id)
    return min((row for row in rows if row.role == role), key=lambda column: (column.rank, column.id))
