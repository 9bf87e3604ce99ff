"""Keys with which browsers encrypt drafts. Each is made when it is first requested."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "draft_key",
        *(sa.Column(name, text, nullable=False) for name in ("account", "key", "created_at")),
        sa.PrimaryKeyConstraint("account"),
    )
