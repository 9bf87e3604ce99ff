"""Calls that the texts of the open handover owe: the server adds a contact for each of them, by an event."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    op.add_column("briefing", sa.Column("calls_owed", sa.Boolean(), nullable=True))
    op.execute(
        "UPDATE briefing SET calls_owed = TRUE WHERE contacts IS NOT NULL AND contacts <> '' AND handover = "
        "(SELECT number FROM handover WHERE id = 'operations' AND ended_at IS NULL)"
    )
    is_owed = sa.text("calls_owed")
    op.create_index("briefing_calls_owed", "briefing", ["id"], sqlite_where=is_owed, postgresql_where=is_owed)
