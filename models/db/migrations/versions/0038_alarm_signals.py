"""Signals of an alarm in a browser: its sound, and a desktop notification."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("alert_choice", sa.Column("alarm_sound", text, nullable=False, server_default="off"))
    op.add_column("alert_choice", sa.Column("alarm_desktop", sa.Boolean(), nullable=False, server_default=sa.text("true")))
