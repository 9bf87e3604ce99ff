"""Read positions of accounts on boards. None so far."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "seen",
        *(sa.Column(name, text, nullable=False) for name in ("account", "board", "epoch")),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", text, nullable=False),
        sa.PrimaryKeyConstraint("account", "board"),
    )
