"""Places of tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.add_column("task", sa.Column("place", sa.JSON(none_as_null=True), nullable=True))
