"""Wall displays and their pairing; per search, whether displays may see its appeal, and the time of its status."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    text = sa.String(collation="C") if postgresql else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "display",
        *(sa.Column(name, text, nullable=False) for name in ("id", "name", "profile", "language", "theme")),
        sa.Column("shows", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("digest", "paired_by", "paired_at", "seat")),
        sa.Column("reload", sa.Integer(), nullable=False),
        *(sa.Column(name, text, nullable=True) for name in ("revoked_at", "contact_at", "version")),
        sa.Column("current", sa.Boolean(), nullable=True),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "pairing",
        *(sa.Column(name, text, nullable=False) for name in ("code", "screen", "made_at")),
        sa.Column("display", text, nullable=True),
        sa.PrimaryKeyConstraint("code"),
        sa.UniqueConstraint("screen"),
    )
    op.create_index(op.f("ix_pairing_made_at"), "pairing", ["made_at"])
    op.add_column("search", sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("search", sa.Column("status_at", text, nullable=True))
    op.create_index(op.f("ix_search_discreet"), "search", ["discreet"])
    level = "appeal->>'level'" if postgresql else "json_extract(appeal, '$.level')"
    op.execute(sa.text(f"UPDATE search SET discreet = ({level} = 'discreet')"))  # noqa: S608  (no value is pasted in)
    op.execute(
        sa.text(
            "UPDATE search SET status_at = (SELECT max(event.at) FROM event WHERE event.board = search.id "
            "AND event.type = 'search.status_set') WHERE status <> 'open'"
        )
    )
