"""Files of searches, and uploads on their way to be one; the photo of a search."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "file",
        sa.Column("id", text, primary_key=True),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, text, nullable=True) for name in ("card", "note")),
        sa.Column("name", text, nullable=False),
        sa.Column("caption", text, nullable=True),
        sa.Column("media_type", text, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("width", "height")),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("sha256", text, nullable=False),
        sa.Column("taken_at", text, nullable=True),
        *(sa.Column(name, text, nullable=False) for name in ("added_by", "added_at")),
        sa.Column("withdrawn", sa.JSON(none_as_null=True), nullable=True),
    )
    op.create_index("ix_file_board", "file", ["board"])
    op.create_table(
        "upload",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("board", "account", "name")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("size", "offset", "parts")),
        sa.Column("state", text, nullable=False),
        sa.Column("file", text, nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        *(sa.Column(name, text, nullable=False) for name in ("created_at", "touched_at")),
    )
    op.create_index("upload_account", "upload", ["account", "touched_at"])
    op.create_index("upload_created", "upload", ["created_at"])
    op.create_table(
        "upload_part",
        sa.Column("upload", text, primary_key=True),
        sa.Column("offset", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("object", text, nullable=False),
    )
    op.add_column("search", sa.Column("photo", text, nullable=True))
    op.add_column("search", sa.Column("public_photo", text, nullable=True))
