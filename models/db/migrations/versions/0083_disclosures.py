"""Table of requests for disclosures."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "disclosures",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("account", "kind")),
        *(sa.Column(name, text, nullable=True) for name in ("board", "colleague")),
        *(sa.Column(name, text, nullable=False) for name in ("name", "reach", "reason", "at", "until")),
    )
    op.create_index("disclosures_of_account", "disclosures", ["account", "id"])
    op.create_index("disclosures_until", "disclosures", ["until"])
