"""Accounts that appear on a board: members, lead, assignees, and authors of its events. A caller who is limited to certain boards
gets the names of these accounts only."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select, union
from sqlmodel import Session

from board.engine import event_queries
from models.db.tables import columns_of
from models.search import Search
from models.sighting import Sighting
from models.task import Task

_S, _T, _C = columns_of(Search), columns_of(Task), columns_of(Sighting)
_BOARDS: Any = bindparam("boards", expanding=True)
_MEMBERS = select(_S.lead, _S.members).where(_S.id.in_(_BOARDS))
_ASSIGNEES = union(
    select(_T.assignee).where(_T.board.in_(_BOARDS), _T.assignee.is_not(None)),
    select(_C.assignee).where(_C.board.in_(_BOARDS), _C.assignee.is_not(None)),
)


def ids(session: Session, boards: Collection[str]) -> set[str]:
    """Return the ids of the accounts that are on these boards."""
    connection, params = session.connection(), {"boards": list(boards)}
    found = set(connection.execute(_ASSIGNEES, params).scalars())
    for board in boards:
        found |= event_queries.authors(session, board)
    for lead, members in connection.execute(_MEMBERS, params):
        found |= {*members, *([lead] if lead else ())}
    return found
