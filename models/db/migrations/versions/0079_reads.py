"""Read log."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "reads",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("seq", "count", "hits")),
        *(sa.Column(name, text, nullable=False) for name in ("batch", "at", "until", "account", "board", "type", "entity")),
        *(sa.Column(name, text, nullable=False) for name in ("detail", "why", "screen")),
        sa.Column("token", text, nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("following", "on_duty")),
    )
    op.create_index("reads_of_board", "reads", ["board", "id"])
    op.create_index("reads_of_account", "reads", ["account", "id"])
    op.create_index("reads_of_board_by_account", "reads", ["board", "account", "id"])
