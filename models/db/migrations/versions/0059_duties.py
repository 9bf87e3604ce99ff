"""Duties, the plan of duties, and alarms that ask people on duty and sound for them. Earlier alarms have asked everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "duties",
        sa.Column("id", text, primary_key=True),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("account", "since", "until")),
        *(sa.Column(name, text, nullable=True) for name in ("ended_at", "ended")),
        sa.Column("kept", sa.JSON(none_as_null=True), nullable=False),
    )
    op.create_index("ix_duties_board", "duties", ["board"])
    _partial_index("duty_open", "duties", ["until"], "ended_at IS NULL")
    _partial_index("duty_ended", "duties", ["ended_at"], "ended_at IS NOT NULL")
    op.create_table(
        "planned_duties",
        sa.Column("id", text, primary_key=True),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("account", "starts_at", "ends_at")),
        sa.Column("uid", text, nullable=True),
    )
    op.create_index("ix_planned_duties_board", "planned_duties", ["board"])
    op.create_index("planned_duty_by_end", "planned_duties", ["ends_at"])
    op.add_column("alarm", sa.Column("asked_on_duty", sa.Boolean(), nullable=False, server_default=sa.false()))
    _partial_index("alarm_taken_by", "alarm", ["taken_by"], "taken_by IS NOT NULL AND ended_at IS NULL")
    op.execute("UPDATE alert_choice SET alarm_sound = 'on_duty' WHERE alarm_sound = 'off'")  # it was the default


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
