"""Authors of the texts of handovers, and searches that were accepted unread. Earlier texts have no author."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for table in ("briefing", "handover"):
        op.add_column(table, sa.Column("authorship", sa.JSON(none_as_null=True), nullable=False, server_default="{}"))
    op.add_column("handed", sa.Column("unread_by", text, nullable=True))
