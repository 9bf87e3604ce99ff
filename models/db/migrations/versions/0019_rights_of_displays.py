"""Rights of wall displays have a version of their own: a display that changes has nobody's rights read again."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("INSERT INTO rights (id, version) VALUES (2, 0)")
