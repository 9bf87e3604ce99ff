"""Goal of a search. Null: none."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("search", sa.Column("goal", sa.JSON(), nullable=True))
