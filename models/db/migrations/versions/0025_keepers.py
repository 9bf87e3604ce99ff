"""Who answers for a search that whoever takes the shift over may not see. Of handovers before nobody was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("briefing", sa.Column("keeper", text, nullable=True))
