"""Login sessions: time of the last use, and the latest end. Existing ones count as used now."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from models.times import format_utc, now

revision = "0012"
down_revision = "0011"
IDLE = timedelta(hours=12)  # the default; the setting applies from the first use


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for name in ("used_at", "latest_end"):
        op.add_column("session", sa.Column(name, text, nullable=False, server_default=""))
    at = now()
    op.execute(sa.text("UPDATE session SET used_at = :at, latest_end = ends_at").bindparams(at=format_utc(at)))
    op.execute(sa.text("UPDATE session SET ends_at = :end WHERE ends_at > :end").bindparams(end=format_utc(at + IDLE)))
