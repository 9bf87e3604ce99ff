"""Talk with a child that was found."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    op.add_column("search", sa.Column("talk", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("search", sa.Column("talk_kept", sa.JSON(none_as_null=True), nullable=True))
