"""Network of a pairing code, as a digest: the number of codes per network is limited."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("pairing", sa.Column("network", text, nullable=False, server_default=""))
    op.create_index(op.f("ix_pairing_network"), "pairing", ["network"])
