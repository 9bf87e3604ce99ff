"""Of events after a mark, how many are the account's own: those are not new to it. Of marks that are there nobody knows: none."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("seen", sa.Column("own", sa.Integer(), nullable=False, server_default="0"))
