"""Tokens: who made them, when they expire, and when they were last used. Existing ones expire in 90 days."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from models.times import format_utc, now

revision = "0011"
down_revision = "0010"
LASTS = timedelta(days=90)


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for name in ("made_by", "expires_at", "used_at"):
        op.add_column("token", sa.Column(name, text, nullable=True))
    op.execute(sa.text("UPDATE token SET expires_at = :at").bindparams(at=format_utc(now() + LASTS)))
