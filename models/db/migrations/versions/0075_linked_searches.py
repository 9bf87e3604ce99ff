"""Links between searches."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    op.add_column("search", sa.Column("links", json, nullable=True))
    op.add_column("search", sa.Column("linked", json, nullable=True))
