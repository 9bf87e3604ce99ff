"""Shifts, their handover, and the briefing of each search."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002

    def needed(name: str, type: Any = text) -> sa.Column[Any]:
        return sa.Column(name, type, nullable=False)

    def on_board(table: str, *columns: sa.Column[Any]) -> None:
        own = (needed("id"), needed("board"), needed("seq", sa.Integer()))
        op.create_table(table, *own, *columns, sa.PrimaryKeyConstraint("id"))
        op.create_index(op.f(f"ix_{table}_board"), table, ["board"], unique=False)

    on_board(
        "shift",
        needed("number", sa.Integer()),
        needed("holder"),
        needed("since"),
        sa.Column("before", text, nullable=True),
        sa.Column("handover", sa.Integer(), nullable=True),
        sa.Column("reason", text, nullable=True),
    )
    on_board(
        "handover",
        needed("number", sa.Integer()),
        *(needed(name) for name in ("status", "outgoing", "prepared_by", "prepared_at")),
        *(sa.Column(name, text, nullable=True) for name in ("incoming", "faults", "remarks", "signed_at", "digest")),
        sa.Column("searches", sa.Integer(), nullable=True),
        sa.Column("position", sa.JSON(none_as_null=True), nullable=True),
        *(sa.Column(name, text, nullable=True) for name in ("ended_by", "ended_at", "reason", "restatement")),
    )
    on_board("handed", needed("handover", sa.Integer()), needed("position", sa.JSON(none_as_null=True)))
    on_board(
        "briefing",
        needed("handover", sa.Integer()),
        *(sa.Column(name, text, nullable=True) for name in ("assessment", "hypotheses", "dropped", "contingencies", "contacts")),
        needed("pinned", sa.JSON(none_as_null=True)),
        needed("reads", sa.JSON(none_as_null=True)),
    )
