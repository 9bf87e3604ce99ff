"""Materials that were approved for giving out, and to whom they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    json = sa.JSON(none_as_null=True)
    op.create_table(
        "material",
        sa.Column("id", text, nullable=False),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("what", text, nullable=False),
        sa.Column("languages", json, nullable=False),
        sa.Column("shows", json, nullable=False),
        sa.Column("texts", json, nullable=False),
        sa.Column("content", json, nullable=False),
        sa.Column("until", text, nullable=False),
        sa.Column("decided_by", text, nullable=False),
        sa.Column("approved_by", text, nullable=False),
        sa.Column("approved_at", text, nullable=False),
        sa.Column("ended_at", text, nullable=True),
        sa.Column("withdrawn", json, nullable=True),
        sa.Column("ends_at", text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_material_board", "material", ["board"])
    _partial_index("material_ends", "material", ["ends_at"], "ended_at IS NULL")
    op.create_table(
        "distribution",
        sa.Column("id", text, nullable=False),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("material", text, nullable=False),
        sa.Column("recipient", text, nullable=False),
        sa.Column("way", text, nullable=False),
        sa.Column("language", text, nullable=False),
        sa.Column("copies", sa.Integer(), nullable=True),
        sa.Column("at", text, nullable=False),
        sa.Column("by", text, nullable=False),
        sa.Column("take_down", json, nullable=True),
        sa.Column("withdrawn", json, nullable=True),
        sa.Column("due", text, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_distribution_board", "distribution", ["board"])
    _partial_index("distribution_due", "distribution", ["due"], "due IS NOT NULL")


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
