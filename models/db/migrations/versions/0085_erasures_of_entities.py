"""Erasures of single cards, notes, contacts and files, and the audience of erased searches."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for name, default in (("kind", "search"), ("entity", ""), ("access", "")):
        op.add_column("erasures", sa.Column(name, text, nullable=False, server_default=default))
    op.add_column("erasures", sa.Column("parts", sa.JSON(none_as_null=True), nullable=True))
