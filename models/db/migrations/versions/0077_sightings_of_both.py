"""Sightings of two children."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    op.add_column("sighting", sa.Column("of_both", json, nullable=True))
    op.add_column("sighting", sa.Column("twin", json, nullable=True))
