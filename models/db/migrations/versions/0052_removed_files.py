"""Bytes of withdrawn files are removed; the bytes of all files are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

# The bytes of previews were not stored; they are a small part
_STORED = "UPDATE file SET stored = size"
_USAGE = (
    "INSERT INTO file_usages (name, bytes) SELECT 'installation', total FROM ("
    "SELECT (SELECT coalesce(sum(stored), 0) FROM file) + "
    "(SELECT coalesce(sum(size), 0) FROM upload WHERE state <> 'attached') AS total) AS counted WHERE total > 0"
)


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for name in ("removal", "removed"):
        op.add_column("file", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
    op.add_column("file", sa.Column("stored", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("upload", sa.Column("previews", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "file_usages",
        sa.Column("name", text, primary_key=True),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
    )
    op.execute(_STORED)
    op.execute(_USAGE)
    due = sa.text("withdrawn IS NOT NULL AND stored > 0")
    op.create_index("file_withdrawn", "file", ["id"], sqlite_where=due, postgresql_where=due)
    op.create_index("upload_board", "upload", ["board"])
