"""Decider of a worrying disappearance, and of a material."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    op.add_column("search", sa.Column("worrying_decided_by", json, nullable=True))
    op.add_column("material", sa.Column("decision", json, nullable=True))
