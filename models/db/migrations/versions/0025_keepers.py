"""Keeper of a search: who answers for it if the next holder of the shift may not see it. Earlier handovers have none."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("briefing", sa.Column("keeper", text, nullable=True))
