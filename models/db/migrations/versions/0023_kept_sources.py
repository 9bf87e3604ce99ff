"""Mark of sightings with a name or a contact of the source, shown to those who may ask for it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_MARK = sa.text(
    "UPDATE sighting SET source_kept = :yes WHERE coalesce(source_name, '') <> '' OR coalesce(source_contact, '') <> '' "
    "OR id IN (SELECT sighting FROM earliersource WHERE coalesce(source_name, '') <> '' OR coalesce(source_contact, '') <> '')"
).bindparams(sa.bindparam("yes", True, sa.Boolean()))


def upgrade() -> None:
    op.add_column("sighting", sa.Column("source_kept", sa.Boolean(), nullable=True))
    op.get_bind().execute(_MARK)
