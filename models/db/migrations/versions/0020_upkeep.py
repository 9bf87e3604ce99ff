"""Times of the last maintenance. None so far."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "upkeep",
        sa.Column("name", text, nullable=False),
        sa.Column("at", text, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
