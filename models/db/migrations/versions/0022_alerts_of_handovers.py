"""Alert settings for the shift and its handover. Default: shown in the list."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("alert_choice", sa.Column("handover", text, nullable=False, server_default="list"))
