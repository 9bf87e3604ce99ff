"""Emergency openings of members-only searches."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "emergency_openings",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("board", "account", "reason", "at", "until")),
    )
    op.create_index("emergency_openings_until", "emergency_openings", ["until"])
    op.create_index("emergency_openings_of_board", "emergency_openings", ["board", "id"])
    op.create_index("emergency_openings_of_account", "emergency_openings", ["account", "id"])
