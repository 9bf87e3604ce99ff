"""Promises of alarms, rounds of their last step, and the times by which alarms find a search."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.times import format_utc, now

revision = "0058"
down_revision = "0057"

MIN_CRITERIA = 2


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for column in ("round", "promises"):
        op.add_column("alarm", sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
    for column in ("until", "lapsed_by", "lapsed_at"):
        op.add_column("alarm", sa.Column(column, text, nullable=True))
    promised = sa.text("until IS NOT NULL AND ended_at IS NULL")
    op.create_index("alarm_until", "alarm", ["until"], sqlite_where=promised, postgresql_where=promised)
    op.add_column("notification", sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("notification_once", "notification")
    op.create_index("notification_once", "notification", ["alarm", "step", "round", "way", "account"], unique=True)
    for column in ("undecided_since", "appeal_until", "reviewed_at"):
        op.add_column("search", sa.Column(column, text, nullable=True))
    for column in ("undecided_since", "appeal_until"):
        op.create_index(f"ix_search_{column}", "search", [column])
    _fill_times()


def _fill_times() -> None:
    """Begin the intervals of reviews now, and set the other times of open searches."""
    names = ("id", "worrying", "opened_at", "status", "criteria", "appeal", "undecided_since", "appeal_until", "reviewed_at")
    types: dict[str, Any] = {"criteria": sa.JSON(), "appeal": sa.JSON(), "worrying": sa.Boolean()}
    search = sa.table("search", *(sa.column(name, types.get(name, sa.String())) for name in names))
    connection = op.get_bind()
    connection.execute(search.update().where(search.c.status == "open").values(reviewed_at=format_utc(now())))
    open_searches = connection.execute(sa.select(search).where(search.c.status == "open")).all()
    for row in open_searches:
        yes = [criterion for criterion in row.criteria.values() if (criterion or {}).get("answer") == "yes"]
        is_undecided = row.worrying is None and len(yes) >= MIN_CRITERIA
        until = row.appeal.get("until") if row.appeal.get("level") != "none" else None
        if is_undecided or until is not None:
            values = {"undecided_since": row.opened_at if is_undecided else None, "appeal_until": until}
            connection.execute(search.update().where(search.c.id == row.id).values(values))
