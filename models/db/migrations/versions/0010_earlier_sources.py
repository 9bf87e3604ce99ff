"""Earlier names and contacts of sources. Values replaced before this are not known."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "earliersource",
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sighting", text, nullable=False),
        sa.Column("source_name", text, nullable=True),
        sa.Column("source_contact", text, nullable=True),
        sa.PrimaryKeyConstraint("board", "seq"),
    )
    op.create_index(op.f("ix_earliersource_sighting"), "earliersource", ["sighting"])
