"""Searched places."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    json = sa.JSON(none_as_null=True)
    op.create_table(
        "places",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("board", "column", "rank", "priority", "name", "kind", "certainty")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("seq", "number")),
        sa.Column("folded", text, nullable=False, server_default=""),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        *(sa.Column(name, text, nullable=True) for name in ("share_account", "share_token", "archived_at", "assignee")),
        *(sa.Column(name, text, nullable=True) for name in ("searched_by", "searched_from", "searched_until", "remarks")),
        *(sa.Column(name, json, nullable=True) for name in ("location", "outline")),
    )
    op.create_index("ix_places_board", "places", ["board"])
    op.create_index("place_in_column", "places", ["column", "rank"])
