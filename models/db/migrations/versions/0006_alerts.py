"""Alerts, which of them were read, and alert settings. Earlier events alert nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "alert",
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("account", text, nullable=False),
        sa.Column("at", text, nullable=False),
        sa.PrimaryKeyConstraint("board", "seq", "kind", "account"),
    )
    op.create_index("alert_of_account", "alert", ["account", "at"])
    op.create_table(
        "alert_read",
        sa.Column("account", text, nullable=False),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", text, nullable=False),
        sa.PrimaryKeyConstraint("account", "board", "seq"),
    )
    op.create_table(
        "alert_choice",
        sa.Column("account", text, nullable=False),
        *(sa.Column(kind, text, nullable=False) for kind in ("assigned", "mention", "sighting", "status")),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
