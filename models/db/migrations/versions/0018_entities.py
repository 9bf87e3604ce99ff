"""Number of entities of a board. Searches, which also counted on `operations`, now count on their own boards only; removed
columns do not count."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

COUNTED = ("sighting", "task", "note", "column")


def upgrade() -> None:
    board = sa.table("board", sa.column("id"), sa.column("kind"), sa.column("entities"))
    counts = []
    for name in COUNTED:
        of = sa.table(name, sa.column("board"))
        counts.append(sa.select(sa.func.count()).select_from(of).where(of.c.board == board.c.id).scalar_subquery())
    of_itself = sa.case((board.c.kind == "search", 1), else_=0)
    whole = of_itself + counts[0] + counts[1] + counts[2] + counts[3]
    op.execute(sa.update(board).where(board.c.kind.in_(["operations", "search"])).values(entities=whole))
