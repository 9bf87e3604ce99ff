"""Alarms, and notifications of them by e-mail and webhook. Earlier events raise none, but urgent tasks that are overdue do."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "alarm",
        sa.Column("id", text, primary_key=True),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("rule", text, nullable=False),
        sa.Column("raised_at", text, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", text, nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("everybody", sa.Boolean(), nullable=False),
        sa.Column("handed_on", sa.JSON(), nullable=False),
        *(sa.Column(name, text, nullable=True) for name in ("taken_by", "taken_at", "ended_at", "ended")),
        sa.Column("entity", text, nullable=False),
        sa.Column("cause", text, nullable=False),
        sa.Column("caused_by", text, nullable=True),
    )
    op.create_index("ix_alarm_board", "alarm", ["board"])
    op.create_index("alarm_once", "alarm", ["board", "rule", "entity", "cause"], unique=True)
    _partial_index("alarm_next", "alarm", ["next_at"], "next_at IS NOT NULL")
    _partial_index("alarm_open", "alarm", ["board", "raised_at"], "taken_at IS NULL AND ended_at IS NULL")
    _partial_index("alarm_taken", "alarm", ["taken_at"], "taken_at IS NOT NULL")
    _partial_index("task_urgent", "task", ["due"], "priority = 'urgent' AND NOT withdrawn")
    op.add_column("note", sa.Column("please_answer", sa.Boolean(), nullable=True))
    op.create_table(
        "notification",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("board", "alarm")),
        sa.Column("step", sa.Integer(), nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("way", "account", "created_at")),
        sa.Column("next_try_at", text, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        *(sa.Column(name, text, nullable=True) for name in ("claimed_until", "sent_at")),
        sa.Column("failed", text, nullable=False),
    )
    op.create_index("notification_once", "notification", ["alarm", "step", "way", "account"], unique=True)
    _partial_index("notification_next", "notification", ["next_try_at"], "next_try_at IS NOT NULL")


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
