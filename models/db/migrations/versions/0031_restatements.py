"""Restatements: the words of those who take over on each search. Earlier handovers have none."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("briefing", sa.Column("restatements", sa.JSON(none_as_null=True), nullable=False, server_default="{}"))
