"""Details of a search that belong to its kind, and earlier disappearances of the child."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("search", sa.Column("details", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("search", sa.Column("earlier", sa.JSON(none_as_null=True), nullable=True))
