"""Accepted commands in a quarter of the space: a digest in place of account and id, and what an ack is made from in place of its
text. `models.db.earlier_tables` moves the rows that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    has_rows = op.get_bind().execute(sa.text("SELECT 1 FROM done LIMIT 1")).first() is not None
    if has_rows:
        op.rename_table("done", "done_until_0031")
        if op.get_bind().dialect.name == "postgresql":
            op.execute("ALTER INDEX done_pkey RENAME TO done_until_0031_pkey")
    else:
        op.drop_table("done")
    op.create_table(
        "done",
        sa.Column("digest", text, nullable=False),
        sa.Column("day", text, nullable=False),
        sa.Column("board", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("opened", text, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
